/**
 * DuckDB kept open from one run to the next, in the programs that link kept_engine.c.
 */
#ifndef SEG_TESTS_FUZZ_KEPT_ENGINE_H
#define SEG_TESTS_FUZZ_KEPT_ENGINE_H

/** From now on. Every run must then open the same databases in the same order. */
void keep_engines(void);

#endif
