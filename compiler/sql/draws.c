// Draws: SipHash-2-4 of the salt, a zero byte and the customer's key, as runtime/base/draw.h has
// it, in SQL. Each customer's bytes become words of 64 bits, then a recursive table goes through
// the rounds, all customers at once. Sums are of whole numbers of 128 bits, cut back to 64.
#include <inttypes.h>
#include <stdio.h>

#include "compiler/sql/internal.h"
#include "runtime/base/decimal.h"

void seg_sql_collect_salt(struct seg_sql *sql, struct seg_str salt) {
  for (size_t i = 0; i < sql->salts.count; i++)
    if (seg_str_equal(sql->salts.items[i], salt))
      return;
  if (!SEG_VEC_PUSH(&sql->salts, salt))
    sql->out_of_memory = true;
}

// The column with the numbers that customers draw for a salt.
static struct seg_sql_text draw_column(struct seg_sql *sql, struct seg_str salt) {
  size_t number = 0;
  while (number < sql->salts.count && !seg_str_equal(sql->salts.items[number], salt))
    number++;
  return seg_sql_column(sql, seg_sql_format(sql, "#draw %zu", number + 1), false);
}

struct seg_sql_text seg_sql_bucket(struct seg_sql *sql, const struct seg_node *node) {
  return SEG_SQL_FORM(sql, BUCKET, node, draw_column(sql, node->salt),
                      seg_sql_number(sql, node->buckets));
}

struct seg_sql_text seg_sql_held_out(struct seg_sql *sql,
                                     const struct seg_program_segment *segment) {
  struct seg_node place = {.span = segment->span};
  return SEG_SQL_FORM(sql, HELD_OUT, &place, draw_column(sql, segment->holdout_salt),
                      seg_sql_number(sql, segment->holdout.whole),
                      seg_sql_number(sql, segment->holdout.part));
}

bool seg_sql_has_draws(const struct seg_sql *sql) {
  return sql->salts.count > 0 && sql->request->dialect != SEG_SQL_SQLITE;
}

struct seg_str seg_sql_draws_name(struct seg_sql *sql) {
  return seg_sql_cte_name(sql, seg_str_view("draws"), "");
}

static void write_salts(struct seg_sql *sql) {
  struct seg_str customers = seg_sql_quoted(sql, seg_sql_customers_name(sql));
  fprintf(sql->out, "      FROM %.*s, (VALUES ", SEG_STR(customers));
  for (size_t i = 0; i < sql->salts.count; i++) {
    struct seg_str salt = seg_sql_literal(sql, sql->salts.items[i]);
    fprintf(sql->out, "%s(%zu, %.*s)", i > 0 ? ", " : "", i + 1, SEG_STR(salt));
  }
  fputs(") AS salts(salt, text)\n    ) AS joined\n  ) AS padded\n", sql->out);
}

static void write_words(struct seg_sql *sql, struct seg_str name) {
  static const char *const texts[SEG_SQL_DIALECT_COUNT] = {
      [SEG_SQL_DUCKDB] =
          "  SELECT salt, \"#key\", size // 8 + 1 AS words,\n"
          "    list_transform(range(size // 8 + 1), lambda i: CAST(CAST('0x' || concat(\n"
          "      substr(hexed, 16 * i + 15, 2), substr(hexed, 16 * i + 13, 2),\n"
          "      substr(hexed, 16 * i + 11, 2), substr(hexed, 16 * i + 9, 2),\n"
          "      substr(hexed, 16 * i + 7, 2), substr(hexed, 16 * i + 5, 2),\n"
          "      substr(hexed, 16 * i + 3, 2), substr(hexed, 16 * i + 1, 2)\n"
          "    ) AS UBIGINT) AS HUGEINT)) AS word\n"
          "  FROM (\n"
          "    SELECT salt, \"#key\", size, hex(bytes) || repeat('00', 7 - size % 8)\n"
          "      || printf('%02X', size % 256) AS hexed\n"
          "    FROM (\n"
          "      SELECT salt, \"#key\", encode(text) || '\\x00'::BLOB || encode(\"#key\") AS "
          "bytes,\n"
          "        strlen(text) + 1 + strlen(\"#key\") AS size\n",
      [SEG_SQL_POSTGRES] =
          "  SELECT salt, \"#key\", size / 8 + 1 AS words, ARRAY(\n"
          "      SELECT (CAST(get_byte(bytes, 8 * i + 7) AS bigint) << 56)\n"
          "        | (CAST(get_byte(bytes, 8 * i + 6) AS bigint) << 48)\n"
          "        | (CAST(get_byte(bytes, 8 * i + 5) AS bigint) << 40)\n"
          "        | (CAST(get_byte(bytes, 8 * i + 4) AS bigint) << 32)\n"
          "        | (CAST(get_byte(bytes, 8 * i + 3) AS bigint) << 24)\n"
          "        | (CAST(get_byte(bytes, 8 * i + 2) AS bigint) << 16)\n"
          "        | (CAST(get_byte(bytes, 8 * i + 1) AS bigint) << 8)\n"
          "        | CAST(get_byte(bytes, 8 * i) AS bigint)\n"
          "      FROM generate_series(0, size / 8) AS i ORDER BY i\n"
          "    ) AS word\n"
          "  FROM (\n"
          "    SELECT salt, \"#key\", size, bytes || decode(repeat('00', 7 - size % 8)\n"
          "      || lpad(to_hex(size % 256), 2, '0'), 'hex') AS bytes\n"
          "    FROM (\n"
          "      SELECT salt, \"#key\", octet_length(text) + 1 + octet_length(\"#key\") AS size,\n"
          "        convert_to(text, 'UTF8') || '\\x00'::bytea || convert_to(\"#key\", 'UTF8') AS "
          "bytes\n",
  };
  seg_sql_begin(sql, name,
                seg_str_view("draws: SipHash-2-4 of salt, zero byte and key, as words of 8 bytes"));
  fputs(texts[sql->request->dialect], sql->out);
  write_salts(sql);
  seg_sql_end(sql);
}

// --- the rounds ---

static struct seg_sql_text word(const char *text) {
  return (struct seg_sql_text){.text = seg_str_view(text), .level = SEG_SQL_ATOM};
}

static void write_sum(struct seg_sql *sql, const char *x, const char *y, const char *name) {
  struct seg_str text = SEG_SQL_FORM(sql, DRAW_ADD, NULL, word(x), word(y)).text;
  fprintf(sql->out, ",\n        %.*s AS %s", SEG_STR(text), name);
}

// `x` rotated to the left.
static struct seg_str rotated(struct seg_sql *sql, const char *x, unsigned bits) {
  return SEG_SQL_FORM(sql, DRAW_ROTATE, NULL, word(x), seg_sql_number(sql, bits),
                      seg_sql_number(sql, INT64_C(1) << bits),
                      seg_sql_number(sql, INT64_C(1) << (64 - bits)),
                      seg_sql_number(sql, (INT64_C(1) << bits) - 1), seg_sql_number(sql, 64 - bits))
      .text;
}

static void write_rotated(struct seg_sql *sql, const char *x, unsigned bits) {
  struct seg_str text = rotated(sql, x, bits);
  fprintf(sql->out, ",\n        %.*s AS %s", SEG_STR(text), x);
}

static struct seg_str mixed(struct seg_sql *sql, const char *x, const char *y) {
  return SEG_SQL_FORM(sql, DRAW_XOR, NULL, word(x), word(y)).text;
}

static struct seg_str start(struct seg_sql *sql, int64_t number) {
  return SEG_SQL_FORM(sql, DRAW_NUMBER, NULL, seg_sql_number(sql, number)).text;
}

// One round a step: two for each word, which is mixed in before and after them, then four more.
static void write_rounds(struct seg_sql *sql, struct seg_str name, struct seg_str words) {
  struct seg_str own = seg_sql_quoted(sql, name), from = seg_sql_quoted(sql, words);
  struct seg_str part = SEG_SQL_FORM(sql, WHOLE_DIVISION, NULL, word("step"), word("2")).text;
  struct seg_str of_word = seg_sql_format(sql, "word[%.*s + 1]", SEG_STR(part));
  seg_sql_begin(sql, name, seg_str_view("draws: the rounds"));
  fprintf(sql->out,
          "  SELECT salt, \"#key\", words, word, 0 AS step, %.*s AS a,\n    %.*s AS b,\n"
          "    %.*s AS c,\n    %.*s AS d\n  FROM %.*s\n  UNION ALL\n",
          SEG_STR(start(sql, INT64_C(8388350548712186997))),
          SEG_STR(start(sql, INT64_C(7737605742629119589))),
          SEG_STR(start(sql, INT64_C(7746018054687388513))),
          SEG_STR(start(sql, INT64_C(8893317812261383291))), SEG_STR(from));
  fprintf(sql->out,
          "  SELECT salt, \"#key\", words, word, step + 1,\n"
          "    CASE WHEN step < 2 * words AND step %% 2 = 1 THEN %.*s ELSE a END,\n"
          "    %.*s, %.*s, %.*s\n  FROM (\n    SELECT salt, \"#key\", words, word, step",
          SEG_STR(mixed(sql, "a", of_word.data)), SEG_STR(mixed(sql, "b", "c")),
          SEG_STR(rotated(sql, "c", 32)), SEG_STR(mixed(sql, "d", "a")));
  write_sum(sql, "c", "b", "c");
  write_sum(sql, "a", "d", "a");
  write_rotated(sql, "b", 17);
  write_rotated(sql, "d", 21);
  fprintf(sql->out,
          "\n    FROM (\n      SELECT salt, \"#key\", words, word, step, c,\n"
          "        %.*s AS b, %.*s AS d",
          SEG_STR(mixed(sql, "b", "a")), SEG_STR(mixed(sql, "d", "c")));
  write_rotated(sql, "a", 32);
  fputs("\n      FROM (\n        SELECT salt, \"#key\", words, word, step", sql->out);
  write_sum(sql, "a", "b", "a");
  write_sum(sql, "c", "d", "c");
  write_rotated(sql, "b", 13);
  write_rotated(sql, "d", 16);
  fprintf(sql->out,
          "\n        FROM (\n          SELECT salt, \"#key\", words, word, step, a, b,\n"
          "            CASE WHEN step = 2 * words THEN %.*s ELSE c END AS c,\n"
          "            CASE WHEN step < 2 * words AND step %% 2 = 0\n"
          "                 THEN %.*s ELSE d END AS d\n"
          "          FROM %.*s\n          WHERE step < 2 * words + 4\n"
          "        ) AS mixed\n      ) AS first\n    ) AS second\n  ) AS third\n",
          SEG_STR(mixed(sql, "c", start(sql, 255).data)), SEG_STR(mixed(sql, "d", of_word.data)),
          SEG_STR(own));
  seg_sql_end(sql);
}

void seg_sql_write_draws(struct seg_sql *sql) {
  if (!seg_sql_has_draws(sql))
    return;
  struct seg_str words = seg_sql_cte_name(sql, seg_str_view("draw words"), "");
  struct seg_str rounds = seg_sql_cte_name(sql, seg_str_view("draw rounds"), "");
  struct seg_str from = seg_sql_quoted(sql, rounds);
  write_words(sql, words);
  write_rounds(sql, rounds, words);
  seg_sql_begin(sql, seg_sql_draws_name(sql),
                seg_str_view("the number out of 2^64 that each customer draws for a salt"));
  fputs("  SELECT\n    \"#key\"", sql->out);
  struct seg_str left = mixed(sql, "a", "b"), right = mixed(sql, "c", "d");
  struct seg_sql_text all = seg_sql_atom(mixed(sql, left.data, right.data));
  struct seg_str number = SEG_SQL_FORM(sql, DRAW_UNSIGNED, NULL, all).text;
  for (size_t i = 0; i < sql->salts.count; i++)
    fprintf(sql->out, ",\n    max(%.*s) FILTER (WHERE salt = %zu) AS \"#draw %zu\"",
            SEG_STR(number), i + 1, i + 1);
  fprintf(sql->out, "\n  FROM %.*s\n  WHERE step = 2 * words + 4\n  GROUP BY \"#key\"\n",
          SEG_STR(from));
  seg_sql_end(sql);
}
