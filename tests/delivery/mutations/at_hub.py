"""Mutations of the hub: ingest, stores, state database, connection to the broker."""

from tests.delivery.mutations.mutation import Edit, Mutation, PowerCuts, Simulated, UnitTests

T1 = (Simulated(),)
INGEST = "cloud/ingest.py"
DUCK = "cloud/stores/duck.py"
INFLUX = "cloud/stores/influx.py"

AT_HUB = (
    Mutation(
        "receipt before commit",
        "the hub dies between the two, and the gateway has freed what nobody has",
        (
            Edit(
                INGEST,
                "        outcomes = self._store.write([item.pack for item in packs])\n",
                '        later = getattr(self, "_later", [])\n'
                "        self._later = [item.pack for item in packs]\n"
                "        if later:\n"
                "            self._store.write(later)\n"
                "        from cloud.stores.protocol import Outcome\n"
                "        outcomes = [Outcome(Fate.STORED, item.pack.refused) for item in packs]\n",
            ),
        ),
        T1,
    ),
    Mutation(
        "refused records not receipted",
        "a pack with one bad record is sent for ever",
        (
            Edit(
                "cloud/receipts.py",
                "        for low, high in refused:\n            self.refused.add(low, high)\n        for",
                "        for",
            ),
        ),
        (PowerCuts("state", 10),),
    ),
    Mutation(
        "conflicts not kept as dead letters",
        "the records of a copied card are gone",
        (
            Edit(
                INGEST,
                "                    clashes.append(letter(pack_id.gateway, item.message, REASON_CONFLICT))\n",
                "                    pass\n",
            ),
        ),
        (Simulated(), PowerCuts("state", 20)),
    ),
    Mutation(
        "bad messages not kept as dead letters",
        "what could not be read is gone",
        (Edit(INGEST, "            group.letters += understood.letters\n", "            pass\n"),),
        (PowerCuts("state", 10),),
    ),
    Mutation(
        "stale acknowledgement",
        "the broker forgets a message that nobody has handled",
        (
            Edit(
                "cloud/mqtt.py",
                "        if delivery.qos == 1 and current is not None and delivery.generation == current.generation:\n",
                "        if delivery.qos == 1 and current is not None:\n",
            ),
        ),
        (Simulated(), UnitTests(("tests/cloud/test_mqtt.py",))),
    ),
    Mutation(
        "duplicate check off (DuckDB)",
        "what comes again is stored again",
        (
            Edit(
                DUCK,
                "        overlapping = [pack for pack in packs if self._taken(connection, pack.id)]\n",
                "        overlapping: list[StorePack] = []\n",
            ),
            Edit(
                DUCK, "            elif epoch.taken.within(pack.id.first, pack.id.last):\n", "            elif False:\n"
            ),
        ),
        (PowerCuts("duckdb", 20),),
    ),
    Mutation(
        "ranges in a transaction of their own (DuckDB)",
        "a power cut between leaves readings without their range, and they are stored twice",
        (
            Edit(
                DUCK,
                "        for pack_id, ranges in group.cut.items():\n",
                "        connection.commit()\n"
                "        connection.begin()\n"
                "        for pack_id, ranges in group.cut.items():\n",
            ),
        ),
        (PowerCuts("duckdb", 100),),
    ),
    Mutation(
        "store id kept over restarts (DuckDB)",
        "a file that was copied back passes for the current one",
        (Edit(DUCK, "        self.id = make_id()\n", '        self.id = "5f0c2a9e41d07b36"\n'),),
        (PowerCuts("duckdb", 20),),
    ),
    Mutation(
        "claim stored before its points (InfluxDB)",
        "a power cut between leaves a range that counts as stored, and no points",
        (
            Edit(
                INFLUX,
                "        bad = self._send([line for pack in claimed.values() for line in lines_of(pack)])\n",
                "        self._state.claims.store([Written(pack, pack.refused) for pack in claimed.values()])\n"
                "        bad = self._send([line for pack in claimed.values() for line in lines_of(pack)])\n",
            ),
        ),
        (PowerCuts("state", 60),),
    ),
    Mutation(
        "state database without sync",
        "dead letters and claims are in a cache when the power goes",
        (Edit("cloud/database.py", "PRAGMA synchronous=FULL", "PRAGMA synchronous=OFF"),),
        (PowerCuts("state", 20),),
    ),
    Mutation(
        "a bad record takes its neighbours with it",
        "good readings become a dead letter",
        (
            Edit(
                "sensorhub/pack.py",
                "            faults.append((sequence, error))\n",
                "            raise PackMalformed(str(error), digest) from None\n",
            ),
        ),
        (PowerCuts("state", 10),),
    ),
)
