"""The contract type `allowed_imports` of import-linter: the external modules that a layer may import, and no other.

import-linter's own `forbidden` names forbidden modules, so an unexpected library passes. This one names the
allowed modules. `lint-imports` finds it by `contract_types` in pyproject.toml.
"""

from __future__ import annotations

from collections.abc import Set
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.application import contract_utils
from importlinter.domain.imports import ImportExpression


class AllowedImportsContract(Contract):
    """Options: `layers`, packages whose modules are checked; `allowed`, the external modules that these may import;
    `ignore_imports`, single imports that are allowed beside them. An ignored import that is not there is an error."""

    type_name = "allowed_imports"

    layers = fields.ListField(subfield=fields.StringField())
    allowed = fields.SetField(subfield=fields.StringField())
    ignore_imports = fields.SetField(subfield=fields.ImportExpressionField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Checks every module of the layers. Raises ValueError for a layer that does not exist."""
        contract_utils.remove_ignored_imports_and_report(
            graph,
            list(cast("Set[ImportExpression] | None", self.ignore_imports) or ()),
            contract_utils.AlertLevel.ERROR,
        )
        allowed = cast("Set[str]", self.allowed)
        found: list[str] = []
        for layer in cast("list[str]", self.layers):
            if layer not in graph.modules:
                raise ValueError(f"The contract {self.name!r} names {layer}, which does not exist.")
            for module in sorted({layer, *graph.find_descendants(layer)}):
                for imported in sorted(graph.find_modules_directly_imported_by(module)):
                    if graph.is_module_squashed(imported) and imported not in allowed:
                        details = graph.get_import_details(importer=module, imported=imported)
                        lines = ", ".join(f"l.{each['line_number']}" for each in details)
                        found.append(f"{module} -> {imported} ({lines})")
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Prints each import that is not allowed."""
        for each in cast("list[str]", check.metadata["found"]):
            output.print_error(f"- {each}", bold=False)
        output.new_line()
