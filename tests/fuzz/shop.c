// A small shop; see shop.h.
#include "tests/fuzz/shop.h"

#include <duckdb.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/store/store.h"
#include "tests/fuzz/target.h"

static const char rules[] =
    "segc 1\n"
    "timezone: \"Europe/Berlin\"\n"
    "currency: EUR\n"
    "customer from \"customers\" key id {\n"
    "  plan: one of (\"free\", \"pro\")?\n  age: int?\n  share: number?\n  city: text?\n"
    "  born: date?\n  vip: bool?\n}\n"
    "event purchase from \"purchases\" by customer at time zone \"UTC\" {\n"
    "  amount: money(EUR)\n  shop: text?\n  items: int\n}\n"
    "segment grown { when: age >= 30 and share < 0.5 decision: \"a\" }\n"
    "segment buyer { when: sum(purchase.amount) within 180d > 40 decision: \"b\" }\n"
    "segment shopper { when: count(purchase[shop = \"b\" and items > 1]) ever >= 2 "
    "decision: \"c\" }\n"
    "segment local { when: city = \"Bonn\" or born >= 1990-01-01 decision: \"d\" }\n"
    "segment paying { when: plan = \"pro\" or vip decision: \"e\" }\n"
    "segment best { when: top(20%, sum(purchase.amount) ever) decision: \"f\" }\n";

// Of a store only: each file more is opened in every trial.
static const char more_rules[] =
    "event visit from \"visits\" by customer at time { pages: int }\n"
    "list muted from \"muted\" key id\n"
    "segment reader { when: sum(visit.pages) within 90d >= 12 and not member(muted) "
    "decision: \"g\" }\n";

struct table {
  const char *name, *query, *parquet; // how Parquet is written
};

// The same rows on every machine.
static const struct table tables[] = {
    {"customers",
     "select 'k' || i as id, case when i % 7 = 3 then null when i % 3 = 0 then 'pro' else 'free' "
     "end as plan, case when i % 5 <> 4 then 18 + i * 13 % 60 end as age, (i * 37 % 100) / 100.0 "
     "as "
     "share, ['Bonn', 'Kiel', 'Jena', null][1 + i % 4] as city, date '1960-01-01' + cast(i * 211 % "
     "16000 as int) as born, i % 11 = 2 as vip from range(70) t(i)",
     "format parquet, compression snappy"},
    {"purchases",
     "select 'k' || (i * 17 % 75) as customer, timestamp '2026-10-31 20:00:00' - interval (i * 41) "
     "hour as time, cast(i * 113 % 9000 / 100.0 as decimal(9,2)) as amount, ['a', 'b', null][1 + i "
     "% 3] as shop, 1 + i % 4 as items from range(260) t(i)",
     "format parquet, compression uncompressed, row_group_size 2048"},
    {"visits",
     "select 'k' || (i * 29 % 70) as customer, date '2026-10-31' - cast(i * 5 % 200 as int) as "
     "time,"
     " 1 + i * 7 % 9 as pages from range(180) t(i)",
     ""},
    {"muted", "select 'k' || (i * 9) as id from range(8) t(i)", ""},
};

static size_t table_count(const struct shop *shop) {
  return shop->kind == SHOP_STORE ? sizeof tables / sizeof *tables : 2;
}

static const char *ending(const struct shop *shop) {
  return shop->kind == SHOP_PARQUET ? "parquet" : "csv";
}

bool shop_read(const char *path, struct shop_file *file) {
  struct stat about;
  FILE *in = fopen(path, "rb");
  if (in == NULL)
    return false;
  bool fine = fstat(fileno(in), &about) == 0;
  file->size = fine ? (size_t)about.st_size : 0;
  file->data = malloc(file->size + 1);
  fine = fine && file->data != NULL && fread(file->data, 1, file->size, in) == file->size;
  fclose(in);
  return fine;
}

void shop_write(const char *path, const uint8_t *data, size_t size) {
  FILE *file = fopen(path, "wb");
  if (file == NULL || fwrite(data, 1, size, file) != size || fclose(file) != 0)
    fuzz_stop("cannot write %s", path);
}

static bool make_tables(const struct shop *shop) {
  duckdb_database database = NULL;
  duckdb_connection connection = NULL;
  bool fine = duckdb_open(NULL, &database) == DuckDBSuccess &&
              duckdb_connect(database, &connection) == DuckDBSuccess;
  for (size_t i = 0; fine && i < table_count(shop); i++) {
    char query[1024];
    snprintf(query, sizeof query, "copy (%s) to '%s/%s.%s' (%s)", tables[i].query, shop->folder,
             tables[i].name, ending(shop),
             shop->kind == SHOP_PARQUET ? tables[i].parquet : "header");
    duckdb_result result;
    fine = duckdb_query(connection, query, &result) == DuckDBSuccess;
    if (!fine)
      fprintf(stderr, "%s\n", duckdb_result_error(&result));
    duckdb_destroy_result(&result);
  }
  duckdb_disconnect(&connection);
  duckdb_close(&database);
  return fine;
}

static bool load(struct shop *shop) {
  const char *paths[] = {shop->rules};
  const struct segc_project_options project = {
      .size = sizeof project, .paths = paths, .path_count = 1, .cpu = "x86-64"};
  segc_session_free(shop->session);
  shop->session = segc_session_new();
  return shop->session != NULL && segc_load(shop->session, &project) == SEGC_OK;
}

enum segc_status shop_run(struct shop *shop, bool listed) {
  const struct segc_summary *summary = NULL;
  struct segc_run_options options = {.size = sizeof options,
                                     .as_of = "2026-11-01",
                                     .out_path = shop->out,
                                     .threads = 1,
                                     .memory_bytes = 256 << 20,
                                     .no_out_manifest = true,
                                     .manifest = listed ? shop->manifest : NULL,
                                     .code_cache = shop->cache};
  if (shop->kind == SHOP_STORE)
    options.store = shop->store;
  else
    options.data_folder = shop->folder;
  if (!load(shop))
    fuzz_stop("the rules are refused");
  return segc_run(shop->session, &options, &summary);
}

bool shop_verify(const struct shop *shop) {
  struct seg_store store;
  struct seg_error error = {0};
  bool right = seg_store_open(&store, shop->store, &error) == SEG_OK &&
               seg_store_verify_all(&store, &error) == SEG_OK;
  seg_store_close(&store);
  return right;
}

static bool add_file(struct shop *shop, const char *path) {
  struct shop_file *file = &shop->files[shop->file_count];
  if (shop->file_count == SHOP_MOST_FILES || !shop_read(path, file))
    return false;
  snprintf(file->path, sizeof file->path, "%s", path);
  file->name = strrchr(file->path, '/') + 1;
  if (file->size == 0) { // only locked
    free(file->data);
    return true;
  }
  shop->file_count++;
  return true;
}

static struct shop *listing; // nftw has no context

static int add_stored(const char *path, const struct stat *about, int kind, struct FTW *place) {
  (void)about;
  (void)place;
  return kind == FTW_F && !add_file(listing, path);
}

static int by_path(const void *left, const void *right) {
  return strcmp(((const struct shop_file *)left)->path, ((const struct shop_file *)right)->path);
}

static bool make_store(struct shop *shop) {
  struct segc_prepared prepared;
  const struct segc_prepare_options options = {
      .size = sizeof options, .store = shop->store, .data_folder = shop->folder, .threads = 1};
  if (!load(shop) || segc_prepare(shop->session, &options, &prepared) != SEGC_OK)
    return false;
  listing = shop;
  bool fine = nftw(shop->store, add_stored, 16, FTW_PHYS) == 0;
  qsort(shop->files, shop->file_count, sizeof *shop->files, by_path);
  for (uint32_t i = 0; i < shop->file_count; i++)
    shop->files[i].name = strrchr(shop->files[i].path, '/') + 1;
  return fine;
}

static bool make_manifest(struct shop *shop) {
  const struct segc_run_options options = {
      .size = sizeof options, .data_folder = shop->folder, .out_path = shop->manifest};
  bool fine = load(shop) && segc_manifest(shop->session, &options, NULL) == SEGC_OK;
  for (size_t i = 0; fine && i < table_count(shop); i++) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s.%s", shop->folder, tables[i].name, ending(shop));
    fine = add_file(shop, path);
  }
  return fine;
}

static void tell_error(const struct shop *shop) {
  if (shop->session != NULL) {
    segc_write_diagnostics(shop->session, SEGC_FORMAT_HUMAN, false, stderr);
    fprintf(stderr, "%s\n", segc_last_error(shop->session).message);
  }
}

bool shop_init(struct shop *shop, enum shop_kind kind) {
  *shop = (struct shop){.kind = kind};
  snprintf(shop->folder, sizeof shop->folder, "%s/segc-shop-XXXXXX",
           access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
  if (mkdtemp(shop->folder) == NULL)
    return false;
  snprintf(shop->rules, sizeof shop->rules, "%s/rules.seg", shop->folder);
  snprintf(shop->store, sizeof shop->store, "%s/shop.store", shop->folder);
  snprintf(shop->out, sizeof shop->out, "%s/out.csv", shop->folder);
  snprintf(shop->cache, sizeof shop->cache, "%s/cache", shop->folder);
  if (kind != SHOP_STORE)
    snprintf(shop->manifest, sizeof shop->manifest, "%s/MANIFEST", shop->folder);
  char all[sizeof rules + sizeof more_rules];
  int size = snprintf(all, sizeof all, "%s%s", rules, kind == SHOP_STORE ? more_rules : "");
  shop_write(shop->rules, (const uint8_t *)all, (size_t)size);
  bool fine = make_tables(shop) && (kind == SHOP_STORE ? make_store(shop) : make_manifest(shop)) &&
              shop_run(shop, false) == SEGC_OK && shop_read(shop->out, &shop->answer);
  if (!fine)
    tell_error(shop);
  segc_session_free(shop->session);
  shop->session = NULL;
  return fine;
}

bool shop_open(struct shop *shop) {
  for (uint32_t i = 0; i < shop->file_count; i++)
    shop_write(shop->files[i].path, shop->files[i].data, shop->files[i].size);
  return true;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *place) {
  (void)about;
  (void)kind;
  (void)place;
  return remove(path);
}

void shop_deinit(struct shop *shop) {
  segc_session_free(shop->session);
  for (uint32_t i = 0; i < shop->file_count; i++)
    free(shop->files[i].data);
  free(shop->answer.data);
  nftw(shop->folder, remove_one, 16, FTW_PHYS | FTW_DEPTH);
}

void shop_keep(const struct shop *shop, uint64_t number) {
  for (uint32_t i = 0; i < shop->file_count; i++) {
    struct shop_file now = {0};
    char path[320];
    bool changed = !shop_read(shop->files[i].path, &now) || now.size != shop->files[i].size ||
                   memcmp(now.data, shop->files[i].data, now.size) != 0;
    snprintf(path, sizeof path, "/tmp/segc-bad-data-%llu-%s", (unsigned long long)number,
             shop->files[i].name);
    if (changed && now.data != NULL) {
      shop_write(path, now.data, now.size);
      printf("  kept: %s\n", path);
    }
    free(now.data);
  }
}
