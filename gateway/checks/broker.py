"""Whether the broker is there, speaks TLS as it should, and takes the login; by hand, without a session of its own."""

import socket
import ssl
import struct

from firmware_config.gateway import GatewayConfig
from gateway.checks.finding import Finding
from sensorhub.broker import BrokerSecretUnreadable, BrokerSettings

TIMEOUT_S = 5.0

_CONNECT, _CONNACK = 0x10, 0x20
_REFUSED = {
    1: "it does not speak MQTT 3.1.1",
    2: "it does not take the name of this client",
    3: "it is not ready",
    4: "the name or the password is wrong: compare username and password_file with the broker's",
    5: "this login may not connect: compare username and password_file with the broker's",
}


def check_broker(config: GatewayConfig, *, login: bool) -> list[Finding]:
    """What is to be said of the broker.

    Arguments:
        login: whether to sign in; not while the gateway runs, which some brokers would then put out.
    """
    settings = config.broker
    try:
        context = settings.ssl_context()
        password = settings.password()
    except BrokerSecretUnreadable as error:
        return [Finding("broker", "wrong", str(error))]
    try:
        with socket.create_connection((settings.host, settings.port), TIMEOUT_S) as plain:
            plain.settimeout(TIMEOUT_S)
            if context is None:
                return _reached(settings, plain, "", login, config.gateway, password)
            with context.wrap_socket(plain, server_hostname=settings.host) as safe:
                return _reached(settings, safe, safe.version() or "TLS", login, config.gateway, password)
    except ssl.SSLCertVerificationError as error:
        text = (
            f"{settings.address} shows a certificate that is not trusted: {error.verify_message}. Check ca_file, and "
            "that this machine's date is right."
        )
    except ssl.SSLError as error:
        text = (
            f"{settings.address} does not speak TLS as it should: {error.reason}. Check the port and the certificates."
        )
    except socket.gaierror:
        text = f"The name {settings.host} is not known: check host, and this machine's network and DNS."
    except TimeoutError:
        text = (
            f"{settings.address} does not answer within {TIMEOUT_S:.0f} s: check the network and any firewall between."
        )
    except OSError as error:
        text = f"{settings.address} cannot be reached: {error.strerror}. Check host and port, and that the broker runs."
    return [Finding("broker", "wrong", text)]


def _reached(
    settings: BrokerSettings, link: socket.socket, tls: str, login: bool, gateway: str, password: str | None
) -> list[Finding]:
    reached = Finding("broker", "well", f"{settings.address} is reached{f' with {tls}' if tls else ', without TLS'}.")
    if not login:
        return [reached]
    who = f"as {settings.username}" if settings.username else "without a login"
    link.sendall(connect_packet(f"{gateway}-check", settings.username, password))
    answer = link.recv(4)
    if len(answer) < 4 or answer[0] != _CONNACK:
        text = f"{settings.address} gives no MQTT answer {who}: check that it is an MQTT broker, and its TLS settings."
        return [reached, Finding("login", "wrong", text)]
    if answer[3]:
        text = f"The broker refuses this gateway {who}: {_REFUSED.get(answer[3], f'code {answer[3]}')}."
        return [reached, Finding("login", "wrong", text)]
    link.sendall(b"\xe0\x00")
    return [reached, Finding("login", "well", f"The broker takes this gateway {who}.")]


def connect_packet(client_id: str, username: str | None, password: str | None) -> bytes:
    """A CONNECT of MQTT 3.1.1 with a clean session (its section 3.1)."""
    flags = 0x02 | (0x80 if username is not None else 0) | (0x40 if password is not None else 0)
    texts = [text for text in (client_id, username, password) if text is not None]
    body = b"\x00\x04MQTT\x04" + bytes((flags,)) + struct.pack(">H", 10) + b"".join(map(_text, texts))
    length, size = b"", len(body)
    while True:
        size, digit = divmod(size, 128)
        length += bytes((digit | (0x80 if size else 0),))
        if not size:
            return bytes((_CONNECT,)) + length + body


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack(">H", len(encoded)) + encoded
