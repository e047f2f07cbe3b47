/**
 * A small shop to be damaged: its rules, and its data as CSV, Parquet or a prepared store.
 */
#ifndef SEG_TESTS_FUZZ_SHOP_H
#define SEG_TESTS_FUZZ_SHOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <segc.h>

enum shop_kind { SHOP_CSV, SHOP_PARQUET, SHOP_STORE };

enum { SHOP_MOST_FILES = 128 };

struct shop_file {
  char path[256];
  const char *name; // in `path`: without the folders
  uint8_t *data;
  size_t size;
};

struct shop {
  enum shop_kind kind;
  char folder[64];   // of its own
  char rules[96];    // the rule file
  char store[96];    // STORE: its folder
  char out[96];      // what runs write
  char cache[96];    // of compiled rules
  char manifest[96]; // CSV, PARQUET: the hashes of the files as they were made
  uint32_t file_count;
  struct shop_file files[SHOP_MOST_FILES]; // those to be damaged
  struct shop_file answer;                 // what a run over them writes
  struct segc_session *session;            // of the last run
};

/** Make it in a new folder, in memory when there is /dev/shm; false when that fails. The caller
 * calls shop_deinit, which removes the folder. */
bool shop_init(struct shop *shop, enum shop_kind kind);
void shop_deinit(struct shop *shop);

/** In the process that runs it: writes the files as they were made. */
bool shop_open(struct shop *shop);

/** Run the rules over the files as they are, into `out`. `listed`: with the manifest. */
enum segc_status shop_run(struct shop *shop, bool listed);

/** STORE: is every byte of it what was written? */
bool shop_verify(const struct shop *shop);

/** A copy of the files as they are, in /tmp, because trial `number` broke segc. */
void shop_keep(const struct shop *shop, uint64_t number);

/** The whole file; `data` is the caller's. */
bool shop_read(const char *path, struct shop_file *file);
void shop_write(const char *path, const uint8_t *data, size_t size);

#endif
