"""The root of the one tree of errors; each package hangs its own faults below it.

SensorHubError            something was found wrong           exit 1
  AskedWrong              the request itself cannot be met    exit 2
    NameInvalid           an id outside the grammar of names
    ConfigInvalid         a configuration file, with each finding
  PackMalformed           a message that is no pack
  SignatureWrong          a message from the hub that does not verify
  ReceiptMalformed, StatusMalformed
"""


class SensorHubError(Exception):
    """Something was found wrong; the message says what, where and what to do next."""

    exit_code = 1


class AskedWrong(SensorHubError):
    """The request cannot be met as it was asked; nothing was started or changed."""

    exit_code = 2


class ConfigInvalid(AskedWrong):
    """A configuration that cannot be used; `findings` has a line for each fault."""

    def __init__(self, source: str, findings: list[str]) -> None:
        self.findings = findings
        super().__init__(f"{source} cannot be used:\n" + "\n".join(f"  {finding}" for finding in findings))


def first_of(group: ExceptionGroup[Exception]) -> Exception:
    """The first error of a group that is no group itself: what a person is told of several tasks that failed."""
    leaf: Exception = group
    while isinstance(leaf, ExceptionGroup):
        leaf = leaf.exceptions[0]
    return leaf
