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
  return sql->salts.count > 0 && sql->request->dialect == SEG_SQL_DUCKDB;
}

struct seg_str seg_sql_draws_name(struct seg_sql *sql) {
  return seg_sql_cte_name(sql, seg_str_view("draws"), "");
}

static void write_words(struct seg_sql *sql, struct seg_str name) {
  struct seg_str customers = seg_sql_quoted(sql, seg_sql_customers_name(sql));
  seg_sql_begin(sql, name,
                seg_str_view("draws: SipHash-2-4 of salt, zero byte and key, as words of 8 bytes"));
  fputs("  SELECT salt, \"#key\", size // 8 + 1 AS words,\n"
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
        "      SELECT salt, \"#key\", encode(text) || '\\x00'::BLOB || encode(\"#key\") AS bytes,\n"
        "        strlen(text) + 1 + strlen(\"#key\") AS size\n",
        sql->out);
  fprintf(sql->out, "      FROM %.*s, (VALUES ", SEG_STR(customers));
  for (size_t i = 0; i < sql->salts.count; i++) {
    struct seg_str salt = seg_sql_literal(sql, sql->salts.items[i]);
    fprintf(sql->out, "%s(%zu, %.*s)", i > 0 ? ", " : "", i + 1, SEG_STR(salt));
  }
  fputs(") AS salts(salt, text)\n    ) AS joined\n  ) AS padded\n", sql->out);
  seg_sql_end(sql);
}

// `x` rotated to the left.
static void write_rotated(struct seg_sql *sql, const char *x, unsigned bits, const char *name) {
  fprintf(sql->out, ",\n        %s * %" PRIu64 " %% 18446744073709551616 + %s // %" PRIu64 " AS %s",
          x, UINT64_C(1) << bits, x, UINT64_C(1) << (64 - bits), name);
}

// One round a step: two for each word, which is mixed in before and after them, then four more.
static void write_rounds(struct seg_sql *sql, struct seg_str name, struct seg_str words) {
  struct seg_str own = seg_sql_quoted(sql, name), from = seg_sql_quoted(sql, words);
  seg_sql_begin(sql, name, seg_str_view("draws: the rounds"));
  fprintf(
      sql->out,
      "  SELECT salt, \"#key\", words, word, 0 AS step,\n"
      "    CAST(8388350548712186997 AS HUGEINT) AS a, CAST(7737605742629119589 AS HUGEINT) AS "
      "b,\n"
      "    CAST(7746018054687388513 AS HUGEINT) AS c, CAST(8893317812261383291 AS HUGEINT) AS "
      "d\n"
      "  FROM %.*s\n"
      "  UNION ALL\n"
      "  SELECT salt, \"#key\", words, word, step + 1,\n"
      "    CASE WHEN step < 2 * words AND step %% 2 = 1 THEN xor(a, word[step // 2 + 1]) ELSE a "
      "END,\n"
      "    xor(b, c), c * 4294967296 %% 18446744073709551616 + c // 4294967296, xor(d, a)\n"
      "  FROM (\n    SELECT salt, \"#key\", words, word, step,\n"
      "      (c + b) %% 18446744073709551616 AS c, (a + d) %% 18446744073709551616 AS a",
      SEG_STR(from));
  write_rotated(sql, "b", 17, "b");
  write_rotated(sql, "d", 21, "d");
  fputs("\n    FROM (\n      SELECT salt, \"#key\", words, word, step, c,\n"
        "        xor(b, a) AS b, xor(d, c) AS d",
        sql->out);
  write_rotated(sql, "a", 32, "a");
  fputs("\n      FROM (\n        SELECT salt, \"#key\", words, word, step,\n"
        "        (a + b) % 18446744073709551616 AS a, (c + d) % 18446744073709551616 AS c",
        sql->out);
  write_rotated(sql, "b", 13, "b");
  write_rotated(sql, "d", 16, "d");
  fprintf(sql->out,
          "\n        FROM (\n          SELECT salt, \"#key\", words, word, step, a, b,\n"
          "            CASE WHEN step = 2 * words THEN xor(c, CAST(255 AS HUGEINT)) ELSE c END AS "
          "c,\n"
          "            CASE WHEN step < 2 * words AND step %% 2 = 0\n"
          "                 THEN xor(d, word[step // 2 + 1]) ELSE d END AS d\n"
          "          FROM %.*s\n          WHERE step < 2 * words + 4\n"
          "        ) AS mixed\n      ) AS first\n    ) AS second\n  ) AS third\n",
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
  for (size_t i = 0; i < sql->salts.count; i++)
    fprintf(sql->out,
            ",\n    max(xor(xor(a, b), xor(c, d))) FILTER (WHERE salt = %zu) AS \"#draw %zu\"",
            i + 1, i + 1);
  fprintf(sql->out, "\n  FROM %.*s\n  WHERE step = 2 * words + 4\n  GROUP BY \"#key\"\n",
          SEG_STR(from));
  seg_sql_end(sql);
}
