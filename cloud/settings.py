"""Which store a hub writes to, kept in its folder so that commands find the readings without a running hub."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from sensorhub.config import ConfigPath
from sensorhub.errors import AskedWrong, ConfigInvalid

_FILE = "settings.json"


class HubSettings(BaseModel):
    """The choice of store.

    Arguments:
        store: `duckdb` (default; a file in the hub's folder) or `influxdb` (a server).
        influx_url: address of the server, as in http://127.0.0.1:8086.
        influx_org, influx_bucket: where its readings go.
        influx_token_file: a file that holds nothing but the token.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    store: Literal["duckdb", "influxdb"] = "duckdb"
    influx_url: str | None = None
    influx_org: str | None = None
    influx_bucket: str | None = None
    influx_token_file: ConfigPath | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        named = {
            "influx_url": self.influx_url,
            "influx_org": self.influx_org,
            "influx_bucket": self.influx_bucket,
            "influx_token_file": self.influx_token_file,
        }
        missing = [name for name, value in named.items() if not value]
        if self.store == "influxdb" and missing:
            raise ValueError(f"the store influxdb needs {', '.join(missing)} as well")
        if self.store == "duckdb" and len(missing) < len(named):
            raise ValueError("influx_* belongs to the store influxdb; set store = influxdb or leave them out")
        return self

    def save(self, data: Path) -> None:
        """Write the settings into the hub's folder; a reader sees the old ones or the new ones, never half."""
        half = data / f"{_FILE}.new"
        half.write_text(self.model_dump_json(indent=2, exclude_none=True) + "\n")
        half.replace(data / _FILE)

    @classmethod
    def load(cls, data: Path) -> "HubSettings":
        """Read the settings of a hub's folder.

        Raises:
            AskedWrong: no hub has used this folder.
            ConfigInvalid: the file is damaged.
        """
        path = data / _FILE
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise AskedWrong(
                f"{data} is not the folder of a hub: it has no {_FILE}. Give the folder that the hub was started with."
            ) from None
        except ValidationError as error:
            findings = [f"{'.'.join(map(str, e['loc'])) or 'as a whole'}: {e['msg']}" for e in error.errors()]
            raise ConfigInvalid(str(path), findings) from None
