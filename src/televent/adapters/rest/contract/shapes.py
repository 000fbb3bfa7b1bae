"""The schemas of bodies and answers, as msgspec enforces them: Litestar's own lose bounds and closed objects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

Json = dict[str, Any]
REF: Final = "#/components/schemas/"


def schemas_of(types: Iterable[Any]) -> tuple[list[Json], dict[str, Json]]:
    """The schema of each type, in their order, and the components that they refer to, by name."""
    found, components = msgspec.json.schema_components(types, ref_template=f"{REF}{{name}}")
    names = {name: _short(name) for name in components}
    if len(set(names.values())) < len(names):
        raise ValueError("two shapes have one name")
    plain = {names[name]: {**_renamed(schema, names), "title": names[name]} for name, schema in components.items()}
    return [_renamed(each, names) for each in found], dict(sorted(plain.items()))


def name_in(schema: Json) -> str | None:
    """The name of the component that a schema refers to; None where it is none."""
    reference = schema.get("$ref", "")
    return reference.removeprefix(REF) if reference.startswith(REF) else None


def single(schema: Json) -> Json:
    """The schema of a parameter: one that may be missing is never null, because no URL or header can say so."""
    variants = [each for each in schema.get("oneOf", ()) if each != {"type": "null"}]
    if len(variants) != 1:
        return schema
    return {**variants[0], **{name: value for name, value in schema.items() if name != "oneOf"}}


def partial(name: str, components: dict[str, Json]) -> str:
    """The name of the component in which any field may be missing; made with those that it needs. A page keeps its own
    fields, and only its items are partial."""
    made = f"Partial{name}"
    if made in components:
        return made
    schema = {**components[name], "title": made, "description": f"{name}, with the fields that were asked for."}
    items = {
        field: inner
        for field, value in schema["properties"].items()
        if value.get("type") == "array" and (inner := name_in(value.get("items", {}))) in ("Event", "Occurrence")
    }
    if items:
        changed = {
            field: {**schema["properties"][field], "items": {"$ref": REF + partial(str(inner), components)}}
            for field, inner in items.items()
        }
        schema["properties"] = {**schema["properties"], **changed}
    else:
        schema["required"] = []
    components[made] = schema
    return made


def _short(name: str) -> str:
    """Two classes of one name are told apart by their modules."""
    *modules, last = name.replace("_", ".").split(".") if "." in name else [name]
    return f"{modules[-1].capitalize()}{last}" if modules else last


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            key: REF + names[each.removeprefix(REF)] if key == "$ref" else _renamed(each, names)
            for key, each in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_renamed(each, names) for each in value]
    return " ".join(value.split()) if isinstance(value, str) and "\n" in value else value
