"""ClickHouse, in its package chdb: clickhouse_peer.py DATABASE|- THREADS SETUP QUERY"""
import json
import sys

from chdb import session

from turns import answer_of, statements, take_turns

path, threads, setup, query = sys.argv[1:]
connection = session.Session() if path == "-" else session.Session(path)
(question,) = statements(query)
# Thousands of rules make long queries with deep expressions; their limits are not what is measured.
settings = (f" SETTINGS max_threads = {threads}, max_query_size = 1000000000, max_ast_elements = "
            "10000000, max_expanded_ast_elements = 10000000, max_parser_depth = 100000, "
            "max_ast_depth = 100000, max_parser_backtracks = 0, join_use_nulls = 1")


def prepare():
    for statement in statements(setup):
        connection.query(statement)


def turn():
    result = json.loads(connection.query(question + settings, "JSONCompact").bytes())
    return answer_of([column["name"] for column in result["meta"]], result["data"])


take_turns(prepare, turn)
