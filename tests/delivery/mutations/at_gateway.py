"""Mutations of the gateway: what is accepted, sealed and sent, and what a receipt frees."""

from tests.delivery.mutations.mutation import Edit, Mutation, PowerCuts, Simulated, UnitTests

T1 = (Simulated(),)
DISK = "gateway/spool/disk.py"
WRITER = "gateway/spool/writer.py"
RECOVERY = "gateway/spool/recovery.py"
UPLINK = "gateway/uplink/uplink.py"
LANE = "gateway/uplink/lane.py"

AT_GATEWAY = (
    Mutation(
        "no fdatasync",
        "what was accepted is in a cache when the power goes",
        (
            Edit(
                WRITER,
                "        self._file.write(segment.length, group.data)\n        self._file.sync()\n",
                "        self._file.write(segment.length, group.data)\n",
            ),
        ),
        T1,
    ),
    Mutation(
        "no fdatasync, on a real file system",
        "the same, where only the system's own call is missing",
        (
            Edit(
                DISK,
                "    def sync(self) -> None:\n        _sync_data(self._handle)\n",
                "    def sync(self) -> None:\n        pass\n",
            ),
        ),
        (PowerCuts("spool"),),
    ),
    Mutation(
        "fsync does nothing (eatmydata)",
        "nothing is broken but the world",
        (),
        (PowerCuts("spool", preload="libeatmydata.so"),),
    ),
    Mutation(
        "a card that lies about flush",
        "nothing is broken but the world",
        (Edit("tests/delivery/simulated/disk.py", "        self.lies = False\n", "        self.lies = True\n"),),
        T1,
    ),
    Mutation(
        "no fsync of the directory",
        "a new segment has its content, and no name, when the power goes",
        (Edit(DISK, "    if durable:\n        disk.sync_folder(folder)\n", ""),),
        T1,
    ),
    Mutation(
        "a new epoch's folder is not synced",
        "all that was accepted into it goes with its name",
        (
            Edit("gateway/spool/folders.py", "    disk.sync_folder(ROOT)\n    return epoch\n", "    return epoch\n"),
            Edit(RECOVERY, "        self._disk.sync_folder(self._epoch)\n        self._disk.sync_folder(ROOT)\n", ""),
        ),
        T1,
    ),
    Mutation(
        "sent before it is on disk",
        "a number that was sent is given to another record after a power cut",
        (
            Edit(
                WRITER,
                "        self._file.write(segment.length, group.data)\n        self._file.sync()\n",
                "        self._file.sync()\n        self._file.write(segment.length, group.data)\n",
            ),
        ),
        T1,
    ),
    Mutation(
        "PUBACK frees the spool",
        "what the broker has and loses is gone",
        (
            Edit(
                UPLINK,
                "        return [PackMessage(pack_topic(self._root, pack.id), pack.payload) for pack in packs]\n",
                "        for pack in packs:\n"
                "            self._epochs.receive(pack.id.epoch, [(pack.id.first, pack.id.last)])\n"
                "        return [PackMessage(pack_topic(self._root, pack.id), pack.payload) for pack in packs]\n",
            ),
        ),
        T1,
    ),
    Mutation(
        "signature check off",
        "whoever forges a receipt makes a gateway forget data",
        (
            Edit(
                "sensorhub/signing.py",
                '    if separator != b"\\n" or not hmac.compare_digest(signature, expected):\n',
                '    if separator != b"\\n" or len(signature) != len(expected):\n',
            ),
        ),
        T1,
    ),
    Mutation(
        "store id ignored",
        "a receipt from before a restore frees what the restored store does not have",
        (Edit(UPLINK, "        elif receipt.store == self._store:\n", "        elif self._store is not None:\n"),),
        T1,
    ),
    Mutation(
        "nonce ignored",
        "the answer to an old status counts as the answer to the newest",
        (Edit("gateway/uplink/asking.py", "        if receipt.nonce != self._nonce:\n            return False\n", ""),),
        T1,
    ),
    Mutation(
        "a receipt frees whatever it names",
        "a copy of the card has other records under the same numbers",
        (
            Edit(
                LANE,
                "            return [(first, last) for first, last in under_way if named.covers(first, last)]\n",
                "            return list(named)\n",
            ),
        ),
        (Simulated(), UnitTests(("tests/gateway/uplink/test_receipts.py",))),
    ),
    Mutation(
        "a restored store is not noticed",
        "what the store has lost is never sent again",
        (Edit(LANE, "        back = unreceive(lost) if lost else 0\n", "        back = 0\n"),),
        T1,
    ),
    Mutation(
        "marker left out",
        "what was dropped is a silent gap",
        (
            Edit(
                "gateway/spool/spool.py",
                "        if markers or carried:\n            self._insist",
                "        markers.clear()\n        if markers or carried:\n            self._insist",
            ),
        ),
        T1,
    ),
)
