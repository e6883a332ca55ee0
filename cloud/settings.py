"""What a hub's folder is for and which store it writes to, kept there so that commands need no running hub."""

import os
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from sensorhub.config import ConfigPath
from sensorhub.errors import AskedWrong, ConfigInvalid

_FILE = "settings.json"


class StoreSettings(BaseModel):
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


class HubSettings(StoreSettings):
    """The choice of store, and whose data the folder is for.

    Arguments:
        social_care: whether it is social care's, which shares nothing with open data (default False).
    """

    social_care: bool = False

    def save(self, data: Path) -> None:
        """Write the settings into the hub's folder; a reader sees the old ones or the new ones, never half."""
        half = data / f"{_FILE}.new"
        with half.open("w") as file:
            file.write(self.model_dump_json(indent=2, exclude_none=True) + "\n")
            file.flush()
            os.fsync(file.fileno())  # a power cut must not make a folder forget that it is social care's
        half.replace(data / _FILE)

    @classmethod
    def noted(cls, data: Path) -> "HubSettings | None":
        """Read the settings of a hub's folder; None where no hub has used it.

        Raises:
            ConfigInvalid: the file is damaged.
        """
        path = data / _FILE
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError as error:
            findings = [f"{'.'.join(map(str, e['loc'])) or 'as a whole'}: {e['msg']}" for e in error.errors()]
            raise ConfigInvalid(str(path), findings) from None

    @classmethod
    def load(cls, data: Path) -> "HubSettings":
        """The same, for commands that need a hub's folder.

        Raises:
            AskedWrong: no hub has used this folder.
            ConfigInvalid: the file is damaged.
        """
        settings = cls.noted(data)
        if settings is None:
            raise AskedWrong(
                f"{data} is not the folder of a hub: it has no {_FILE}. Give the folder that the hub was started with."
            )
        return settings
