"""The scenarios that come with the product, as a list."""

import json

from rich.console import Console
from rich.table import Table

from simulators.faults.scenario import read_scenario, supplied


def list_scenarios(console: Console, *, as_json: bool) -> None:
    """Print each scenario's name, how long it runs, and what happens."""
    found = {name: read_scenario(path) for name, path in supplied().items()}
    if as_json:
        console.print_json(json.dumps({name: each.model_dump(mode="json") for name, each in found.items()}))
        return
    table = Table("scenario", "hours", "what happens, and how it shows", box=None, pad_edge=False)
    for name, each in found.items():
        table.add_row(name, f"{each.hours:g}", each.what)
    console.print(table)
    console.print("Run one with: sensorhub simulate faults NAME")
