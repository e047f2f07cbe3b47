"""DataFusion, in its package for Python: datafusion_peer.py - THREADS SETUP QUERY

Every statement of SETUP is a line `table NAME FILE.parquet` (a table in memory) or
`file NAME FILE.parquet` (read by every query).
"""
import sys

import pyarrow.parquet
from datafusion import SessionConfig, SessionContext

from turns import answer_of, statements, take_turns

_, threads, setup, query = sys.argv[1:]
context = SessionContext(SessionConfig().with_target_partitions(int(threads)))
(question,) = statements(query)


def prepare():
    for statement in statements(setup):
        kind, name, path = statement.split(" ", 2)
        if kind == "file":
            context.register_parquet(name, path)
            continue
        batches = pyarrow.parquet.read_table(path).to_batches(max_chunksize=8192)
        share = -(-len(batches) // int(threads))
        parts = [batches[i:i + share] for i in range(0, len(batches), share)]
        context.register_record_batches(name, parts)


def turn():
    table = context.sql(question).to_pydict()
    return answer_of(list(table), list(zip(*table.values())))


take_turns(prepare, turn)
