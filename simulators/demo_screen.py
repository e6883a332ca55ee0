"""The ledger of a demo as a table."""

from rich.table import Table

from simulators.outcome import Outcome


def outcome_table(outcome: Outcome) -> Table:
    """The ledger: closures driven and stored for each sensor, and their sums."""
    table = Table(
        title="Closures driven and stored",
        caption=(
            f"{outcome.readings:,} readings in {outcome.seconds:.1f} s; {outcome.skipped_events:,} events of the "
            f"recording repeat a state and were skipped.\nLost {outcome.lost:,}, duplicated {outcome.duplicated:,}."
        ),
        caption_justify="left",
        show_footer=True,
    )
    driven, stored = sum(outcome.driven.values()), sum(outcome.stored.values())
    table.add_column("Sensor", "all")
    table.add_column("Driven", f"{driven:,}", justify="right")
    table.add_column("Stored", f"{stored:,}", justify="right")
    for name, count in outcome.driven.items():
        differs = "" if count == outcome.stored[name] else "bold red"
        table.add_row(name, f"{count:,}", f"{outcome.stored[name]:,}", style=differs)
    return table
