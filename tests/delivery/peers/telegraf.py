"""Telegraf as a hub's ingester: configured as its documentation advises where nothing may be lost.

`interval` is also how often mqtt_consumer tries to connect again: a second, in place of ten.
"""

from pathlib import Path

from simulators.influxd import InfluxAccess

_CONFIGURATION = """\
[agent]
  omit_hostname = true
  interval = "1s"
  flush_interval = "1s"
  metric_batch_size = 500
  metric_buffer_limit = 100000
{buffer}
[[inputs.mqtt_consumer]]
  servers = ["tcp://127.0.0.1:{port}"]
  topics = ["peers/+/reading"]
  qos = 1
  persistent_session = true
  client_id = "telegraf"
  max_undelivered_messages = 1000
  keepalive = "10s"
  connection_timeout = "5s"
  startup_error_behavior = "retry"
  topic_tag = ""
  data_format = "influx"
[[outputs.influxdb_v2]]
  urls = ["{url}"]
  token = "{token}"
  organization = "{organisation}"
  bucket = "{bucket}"
"""
_DISK = '  buffer_strategy = "disk"\n  buffer_directory = "{folder}"\n'


def write_configuration(folder: Path, port: int, access: InfluxAccess, *, disk_buffer: bool) -> Path:
    """Write Telegraf's configuration into `folder`; returns its path.

    Arguments:
        port: of the broker, on 127.0.0.1.
        access: to the InfluxDB server that it writes to.
        disk_buffer: whether what waits for the server is kept in files.
    """
    buffer = _DISK.format(folder=folder / "buffer") if disk_buffer else ""
    path = folder / "telegraf.conf"
    path.write_text(
        _CONFIGURATION.format(
            buffer=buffer,
            port=port,
            url=access.url,
            token=access.token_file.read_text().strip(),
            organisation=access.organisation,
            bucket=access.bucket,
        )
    )
    path.chmod(0o600)
    return path
