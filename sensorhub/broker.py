"""How to reach the MQTT broker: address, login, TLS."""

import ssl
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sensorhub.config import ConfigPath, Fault, Misfit, Switch, Whole
from sensorhub.errors import AskedWrong

PORT_PLAIN = 1883
PORT_TLS = 8883


class BrokerSecretUnreadable(AskedWrong):
    """A password, certificate or key file that cannot be used."""


class BrokerSettings(BaseModel):
    """Where the broker is and how to sign in there; secrets are files, never values."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(default="127.0.0.1", description="Name or address of the broker.")
    port: Whole = Field(default=PORT_PLAIN, ge=1, le=65_535, description="Port: usually 1883, or 8883 with TLS.")
    username: str | None = Field(default=None, description="Name to sign in with; none: no login.")
    password_file: ConfigPath | None = Field(default=None, description="File that holds the password, mode 0600.")
    tls: Switch = Field(default=False, description="Use TLS; also on when a certificate file is named.")
    ca_file: ConfigPath | None = Field(
        default=None, description="Certificates to trust (PEM); none: those of the system."
    )
    cert_file: ConfigPath | None = Field(default=None, description="This side's client certificate (PEM).")
    key_file: ConfigPath | None = Field(
        default=None, description="Private key of the client certificate (PEM), mode 0600."
    )
    keepalive_s: Whole = Field(default=30, ge=5, le=600, description="Silence after which the broker asks for a sign.")

    @model_validator(mode="after")
    def _go_together(self) -> Self:
        faults = []
        if (self.cert_file is None) != (self.key_file is None):
            given = "cert_file" if self.key_file is None else "key_file"
            faults.append(Fault((given,), "cert_file and key_file go together", "name both, or neither"))
        if self.password_file is not None and self.username is None:
            faults.append(Fault(("password_file",), "it needs a username", "add username, or leave both out"))
        if faults:
            raise Misfit(*faults)
        return self

    @property
    def address(self) -> str:
        """Host and port, for messages."""
        return f"{self.host}:{self.port}"

    def password(self) -> str | None:
        """The password, read now; None where there is none.

        Raises:
            BrokerSecretUnreadable: the file cannot be read.
        """
        if self.password_file is None:
            return None
        try:
            return self.password_file.read_text().strip()
        except OSError as error:
            raise BrokerSecretUnreadable(
                f"The password file {self.password_file} cannot be read: {error.strerror}. "
                "Put the password of this login there, mode 0600."
            ) from None

    def ssl_context(self) -> ssl.SSLContext | None:
        """TLS 1.2 or later with the broker's name checked; None without TLS.

        Raises:
            BrokerSecretUnreadable: a certificate or key file cannot be used.
        """
        if not (self.tls or self.ca_file or self.cert_file):
            return None
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            if self.cert_file is not None:
                context.load_cert_chain(self.cert_file, self.key_file)
        except (OSError, ssl.SSLError) as error:
            raise BrokerSecretUnreadable(
                f"The TLS files for the broker {self.address} cannot be used: {error}. "
                "Check ca_file, cert_file and key_file."
            ) from None
        return context
