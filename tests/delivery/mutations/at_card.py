"""Mutations of the gateway, continued: recovery, room on the card, the journal, times."""

from tests.delivery.mutations.mutation import Edit, Mutation, PowerCuts, Simulated, UnitTests

T1 = (Simulated(),)
WRITER = "gateway/spool/writer.py"
ROOM = "gateway/spool/room.py"
RECOVERY = "gateway/spool/recovery.py"
PACKER = "gateway/uplink/packer.py"

AT_CARD = (
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
                "gateway/recorder/journal.py",
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
                "gateway/recorder/recorder.py",
                "        entries = [*self._observed, *tick.edges, *tick.lost, ",
                "        entries = [*self._observed, *tick.lost, ",
            ),
        ),
        T1,
    ),
    Mutation(
        "two contacts of a sensor are not put in order",
        "the journal has them in another order than they moved",
        (
            Edit(
                "gateway/recorder/contact.py",
                "        settled = [edge for edge in self._settled if edge.clock_ns <= until_ns]\n",
                "        settled = [edge for edge in self._settled if until_ns]\n",
            ),
        ),
        (UnitTests(("tests/gateway/recorder/test_contact.py",)),),
    ),
    Mutation(
        "a journal cut short takes every contact for the first",
        "what two contacts came to is lost with a restart",
        (
            Edit(
                "gateway/recorder/journal.py",
                "                intervals.infer(not edge.level, edge.channel)\n"
                "                self._levels[edge.sensor, edge.channel] = not edge.level\n",
                "                intervals.infer(not edge.level)\n"
                "                self._levels[edge.sensor, edge.channel] = not edge.level\n",
            ),
        ),
        (UnitTests(("tests/gateway/recorder/test_journal_channels.py",)),),
    ),
    Mutation(
        "a held contact is told as a heartbeat only",
        "a change and its time are lost",
        (
            Edit(
                "gateway/recorder/level.py",
                "            change = self._debounce.settle(now_ns)\n",
                "            change = self._debounce.settle(now_ns) and None\n",
            ),
        ),
        T1,
    ),
    Mutation(
        "edges of social care are journalled",
        "single movements of a person are kept",
        (
            Edit(
                "gateway/recorder/sampler.py",
                "                edges += settled if sensor.journalled else []\n",
                "                edges += settled\n",
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
        (Edit(RECOVERY, "            self._change(file.name, again.end)\n", "            pass\n"),),
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
                "gateway/anchors/times.py",
                "    if not is_step(before, after):\n        return (before, after)\n",
                "    if before is not after:\n        return (before, after)\n",
            ),
        ),
        (UnitTests(("tests/gateway/anchors/test_times.py",)),),
    ),
    Mutation(
        "NTP that lies is believed",
        "records get times that are years off, though the hub said better",
        (
            Edit(
                "gateway/anchors/times.py",
                "    if not signed:\n        return list(anchors)\n",
                "    if anchors:\n        return list(anchors)\n",
            ),
        ),
        (UnitTests(("tests/gateway/anchors/test_sources.py",)),),
    ),
    Mutation(
        "the window has no bound",
        "memory grows with what has no receipt",
        (
            Edit(
                "gateway/uplink/pace.py",
                "        return max(0, WINDOW_RECORDS - self.records)\n",
                "        return WINDOW_RECORDS\n",
            ),
        ),
        (UnitTests(("tests/gateway/uplink/test_uplink.py", "tests/gateway/uplink/test_pace.py")),),
    ),
)
