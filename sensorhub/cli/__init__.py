"""The command line: one command, `sensorhub`; each subcommand loads what it needs when it is run."""

import sys

import typer

from sensorhub.cli import config, data, demo, gateway, hub, options, simulate, watch
from sensorhub.errors import SensorHubError

app = typer.Typer(
    name="sensorhub",
    help="Read sensors at the roadside, keep every reading until the hub has it, and show them live.",
    epilog="Begin with: sensorhub demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help loads in half the time
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(name="demo", short_help="Play a recorded junction and a county, and watch them live.")(demo.demo)
app.add_typer(gateway.app, name="gateway")
app.add_typer(config.app, name="config")
app.add_typer(hub.app, name="hub")
app.add_typer(simulate.app, name="simulate")
app.command(name="export", short_help="Write readings as CSV, Parquet or JSON.")(data.export)
app.command(name="gaps", short_help="List records that are lost, and conflicts.")(data.gaps)
app.command(name="watch", short_help="Show every input of a gateway, live.")(watch.watch)
app.add_typer(data.dead_letters, name="dead-letters")


def main() -> None:
    """Run the command; what was asked wrong exits with 2, what was found wrong with 1, each with a sentence."""
    try:
        app()
    except SensorHubError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(error.exit_code) from None
    except ModuleNotFoundError as error:
        extra = _EXTRA_OF.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        sys.stderr.write(
            f"This command needs {error.name}, which is not installed. "
            f"Run: pip install 'smart-essex-sensor-hub[{extra}]'\n"
        )
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        raise SystemExit(options.INTERRUPTED) from None


_EXTRA_OF = {
    **dict.fromkeys(("duckdb", "influxdb_client", "jinja2", "paho", "sqlalchemy", "starlette", "uvicorn"), "hub"),
    **dict.fromkeys(("amqtt", "pyarrow"), "demo"),
}
