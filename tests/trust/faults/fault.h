/**
 * Faults on purpose: the n-th call of a kind fails.
 *
 * The program is linked with `-Wl,--wrap` for every function of fail_memory.c and fail_files.c:
 * calls from segc's own code come there, those of LLVM, Z3 and DuckDB do not, but for what
 * fail_libraries.c takes.
 */
#ifndef SEG_TESTS_TRUST_FAULT_H
#define SEG_TESTS_TRUST_FAULT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/** What a call does. A fault strikes calls of some kinds, and only those are counted. */
enum fault_kind {
  FAULT_MEMORY = 1 << 0,
  FAULT_OPEN = 1 << 1, // for reading
  FAULT_MAKE = 1 << 2, // a file or a folder
  FAULT_READ = 1 << 3,
  FAULT_WRITE = 1 << 4,
  FAULT_SYNC = 1 << 5,
  FAULT_NAME = 1 << 6, // rename, link
  FAULT_CLOSE = 1 << 7,
  FAULT_PIECE = 1 << 8,        // of memory that an arena or a vector may have already
  FAULT_LIBRARY_READ = 1 << 9, // zlib or DuckDB reads
  FAULT_PAGE = 1 << 10,        // a mapped file has nothing behind it when it is looked at
  FAULT_ALL = (1 << 11) - 1,
};
enum { FAULT_KINDS = 11 };

struct fault_mode {
  const char *name;
  unsigned kinds; // of enum fault_kind
  int reason;     // errno; 0: half of the bytes
  bool onwards;   // and all calls after it
};

/** Shared by the driver and the process with the fault. */
struct fault_log {
  atomic_uint_fast64_t points; // calls of the kinds in question so far
  atomic_uint_fast64_t by_kind[FAULT_KINDS];
  atomic_bool struck;
  uint64_t struck_at; // the number of that call
  struct fault_place {
    int depth;
    void *calls[24];
  } failed, crashed; // where the call failed, and where the program ended
};

enum { FAULT_PLACES = 1 << 17 };

/** Places of the code, told apart by the functions that called there, as shared memory. */
struct fault_map {
  atomic_uint_fast64_t known[FAULT_PLACES]; // a hash table; 0: free
  uint64_t places[FAULT_PLACES];            // what was put into the table, in turn
  atomic_uint_fast64_t count;               // of these
};

/**
 * From now on count; call number `at` fails, from 1. 0: none. With a map, new places are noted
 * there when `at` is 0, and otherwise the first call at its place number `at` fails: calls of
 * several threads come in another order every time. `log` is shared memory.
 */
void fault_begin(const struct fault_mode *mode, uint64_t at, struct fault_log *log,
                 struct fault_map *map);

/** No more counting. */
void fault_end(void);

/** Between the two? */
bool fault_counts(void);

/** Are calls of this kind counted? */
bool fault_wants(enum fault_kind kind);

/** Is this call to fail? Sets errno then; true with errno 0 stands for half of the bytes. */
bool fault_strikes(enum fault_kind kind);

#endif
