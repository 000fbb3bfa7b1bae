"""Plays a scenario step by step; the error of a wrong step names its line."""

from __future__ import annotations

from pathlib import Path

from scenario_acts import ACTS
from scenario_checks import expect
from scenario_script import Script, Step, WrongScenario, read_script
from scenario_stage import Stage

from support.dav import Site


def play(path: Path, site: Site) -> None:
    """Raises WrongScenario at the first step that is not as written."""
    script = read_script(path)
    stage = opened(script, site)
    for step in script.steps:
        play_step(path.name, stage, step)
    if step.words[0] != "expect":
        raise WrongScenario(f"{path.name}:{step.number}: a scenario ends with what is expected")


def opened(script: Script, site: Site) -> Stage:
    """A stage with the scenario's people."""
    stage = Stage(site)
    for name in script.people():
        stage.enter(name)
    stage.now = stage.look()
    return stage


def play_step(name: str, stage: Stage, step: Step) -> None:
    """One step of the scenario *name*. Raises WrongScenario."""
    try:
        _play(stage, step)
    except WrongScenario as error:
        raise WrongScenario(f"{name}:{step.number}: > {' '.join(step.words)}\n{error}") from None


def _play(stage: Stage, step: Step) -> None:
    word = step.word(0)
    if word == "expect":
        expect(stage, step)
        return
    if word not in ACTS:
        raise WrongScenario(f"nobody can {word}; there are {', '.join([*ACTS, 'expect'])}")
    ACTS[word](stage, step)
    answer = stage.answer
    if answer is not None and answer.status >= 500:
        raise WrongScenario(f"the server broke: {answer.status} {answer.text[:300]}")
