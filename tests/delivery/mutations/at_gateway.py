"""Mutations of the gateway: spool, packer, uplink, journal."""

from tests.delivery.mutations.mutation import Edit, Mutation, PowerCuts, Simulated, UnitTests

T1 = (Simulated(),)
DISK = "gateway/spool/disk.py"
WRITER = "gateway/spool/writer.py"
ROOM = "gateway/spool/room.py"
RECOVERY = "gateway/spool/recovery.py"
PACKER = "gateway/packer.py"
UPLINK = "gateway/uplink.py"
LANE = "gateway/lane.py"

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
        (Edit("gateway/asking.py", "        if receipt.nonce != self._nonce:\n            return False\n", ""),),
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
        (Simulated(), UnitTests(("tests/gateway/test_receipts.py",))),
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
    Mutation(
        "no marker after rot",
        "what cannot be read is a silent gap",
        (Edit(RECOVERY, "            self._result.lost += self._named.missing(first, last)\n", "            pass\n"),),
        (Simulated(), UnitTests(("tests/gateway/spool/test_recovery.py",))),
    ),
    Mutation(
        "seal not committed before sending",
        "after a restart the same records go out in another pack",
        (
            Edit(
                PACKER,
                "        self._spool.append([seal])\n        rising",
                "        self._spool._books.apply(Located(0, seal.boot, seal), self._spool._segments[-1])\n"
                "        rising",
            ),
        ),
        T1,
    ),
    Mutation(
        "a resend changes the pack",
        "the hub takes it for another gateway's",
        (
            Edit(
                PACKER,
                "        return SealedPack(self._id(seal), compress(self._body(seal, run)))\n",
                "        seal = replace(seal, anchors=tuple(self._spool.anchors(seal.boot)[-1:]) or seal.anchors)\n"
                "        return SealedPack(self._id(seal), compress(self._body(seal, run)))\n",
            ),
        ),
        T1,
    ),
    Mutation(
        "interval closed twice after a restart",
        "closures are counted twice",
        (
            Edit(
                "gateway/journal.py",
                "            del self._unwritten[key]  # older ones",
                "            pass  # older ones",
            ),
        ),
        T1,
    ),
    Mutation(
        "edges are not journalled",
        "the count of an open interval goes with the power",
        (
            Edit(
                "gateway/recorder.py",
                "        entries = [*sample.edges, *sample.lost, *sample.readings, *self._observed]\n",
                "        entries = [*sample.lost, *sample.readings, *self._observed]\n",
            ),
        ),
        T1,
    ),
    Mutation(
        "receipts not noted before a segment goes",
        "a power cut brings records back whose seal is gone",
        (Edit(ROOM, "        self._noted.write(durable=True)", "        pass"),),
        (Simulated((465,), seeds=100), UnitTests(("tests/gateway/spool/test_kill.py",))),
    ),
    Mutation(
        "the segment with the highest number goes",
        "numbers are given out twice",
        (
            Edit(
                ROOM,
                "        return self._segments[: min(highest, len(self._segments) - 1)]\n",
                "        return self._segments[: len(self._segments) - (highest < 0)]\n",
            ),
        ),
        T1,
    ),
    Mutation(
        "segments go before their receipts",
        "what has no receipt is gone",
        (Edit(ROOM, "        return self._books.may_go(segment) and not", "        return not"),),
        T1,
    ),
    Mutation(
        "torn tail kept",
        "what was never accepted comes back among what was",
        (Edit(RECOVERY, "            self._change(file.name, found.end)\n", "            pass\n"),),
        (UnitTests(("tests/gateway/spool/test_recovery.py",)),),
    ),
    Mutation(
        "commit number not looked at",
        "what a failed write left behind is read as well as what replaced it",
        (
            Edit(
                "gateway/spool/survey.py",
                "            if group.commit >= commit or self._reaches",
                "            if self._reaches",
            ),
        ),
        (UnitTests(("tests/gateway/spool/test_writer.py",)),),
    ),
    Mutation(
        "sync tried again after EIO",
        "the second one says yes, and the data are gone",
        (
            Edit(
                WRITER,
                "            return self._put(draft, first)\n        except OSError:\n            self._abandon()\n",
                "            return self._put(draft, first)\n        except OSError:\n            pass\n",
            ),
        ),
        T1,
    ),
    Mutation(
        "what a start finds is not made durable",
        "a killed process leaves in the cache what is then sent, and lost with the power",
        (
            Edit(
                RECOVERY,
                "            self._change(name, offset, data)\n        self._disk.sync_folder",
                "            pass\n        self._disk.sync_folder",
            ),
        ),
        (Simulated((258,), seeds=100), UnitTests(("tests/gateway/spool/test_kill.py",))),
    ),
    Mutation(
        "an epoch is left without a mark",
        "after the next start the older one is written again",
        (Edit("gateway/spool/epochs.py", "            mark_draining(self._disk, old.epoch)\n", ""),),
        (PowerCuts("spool", 100),),
    ),
    Mutation(
        "interpolated across a step of the clock",
        "records get times that no clock ever showed",
        (
            Edit(
                "gateway/times.py",
                "    if not is_step(before, after):\n        return (before, after)\n",
                "    if before is not after:\n        return (before, after)\n",
            ),
        ),
        (UnitTests(("tests/gateway/test_times.py",)),),
    ),
    Mutation(
        "NTP that lies is believed",
        "records get times that are years off, though the hub said better",
        (
            Edit(
                "gateway/times.py",
                "    if not signed:\n        return list(anchors)\n",
                "    if anchors:\n        return list(anchors)\n",
            ),
        ),
        (UnitTests(("tests/gateway/test_anchors.py",)),),
    ),
    Mutation(
        "the window has no bound",
        "memory grows with what has no receipt",
        (
            Edit(
                "gateway/pace.py",
                "        return max(0, WINDOW_RECORDS - self.records)\n",
                "        return WINDOW_RECORDS\n",
            ),
        ),
        (UnitTests(("tests/gateway/test_uplink.py", "tests/gateway/test_pace.py")),),
    ),
)
