"""The newest DuckDB, as a package: duckdb_new_peer.py DATABASE|- THREADS SETUP QUERY"""
import sys

import duckdb

from turns import answer_of, statements, take_turns

path, threads, setup, query = sys.argv[1:]
connection = duckdb.connect(":memory:" if path == "-" else path, config={"threads": threads})
(question,) = statements(query)


def prepare():
    for statement in statements(setup):
        connection.execute(statement)


def turn():
    result = connection.execute(question)
    return answer_of([column[0] for column in result.description], result.fetchall())


take_turns(prepare, turn)
