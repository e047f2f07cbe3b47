// Places among all customers: the values that are ordered become columns, then window functions say
// who stands where. Averages are ordered as fractions, by a whole number that keeps their order.
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "compiler/sema/check.h"
#include "compiler/sql/internal.h"
#include "runtime/base/decimal.h"

struct seg_sql_text seg_sql_rank(struct seg_sql *sql, const struct seg_node *node) {
  for (size_t i = 0; i < sql->ranks.count; i++)
    if (seg_same_value(sql->ranks.items[i].node, node))
      return seg_sql_column(sql, sql->ranks.items[i].name, node->rank == SEG_RANK_QUANTILE_BAND);
  assert(!"a rank that was not collected");
  return seg_sql_atom(seg_str_view("NULL"));
}

static bool is_fraction(const struct seg_node *node) {
  return node->operand_count == 2;
}

static bool is_number(const struct seg_node *node) {
  enum seg_type_kind kind = node->operands[0]->type.kind;
  return kind == SEG_TYPE_NUMBER || kind == SEG_TYPE_AMOUNT;
}

static struct seg_str value_name(struct seg_sql *sql, size_t number) {
  return seg_sql_format(sql, "\"#value %zu\"", number + 1);
}

// --- what is ordered ---

static void write_values(struct seg_sql *sql, struct seg_str name, struct seg_str from) {
  struct seg_str quoted = seg_sql_quoted(sql, from);
  sql->entity = &sql->program->customer;
  seg_sql_begin(sql, name, seg_str_view("what is compared over all customers"));
  fputs("  SELECT\n    *", sql->out);
  for (size_t i = 0; i < sql->ranks.count; i++) {
    const struct seg_node *node = sql->ranks.items[i].node;
    struct seg_sql_text value = seg_sql_value(sql, node->operands[0]);
    struct seg_str column = value_name(sql, i);
    if (is_fraction(node)) {
      struct seg_sql_text count = seg_sql_value(sql, node->operands[1]);
      fprintf(sql->out, ",\n    %.*s AS \"#top %zu\",\n    %.*s AS \"#bottom %zu\"",
              SEG_STR(value.text), i + 1, SEG_STR(count.text), i + 1);
      value = SEG_SQL_FORM(sql, FRACTION_ORDER, node, value, count);
    } else if (node->rank == SEG_RANK_QUANTILE_BAND &&
               node->operands[0]->type.kind == SEG_TYPE_DATE) {
      value = SEG_SQL_FORM(sql, DAY_NUMBER, node, value);
    } else if (node->rank == SEG_RANK_QUANTILE_BAND &&
               node->operands[0]->type.kind == SEG_TYPE_TIMESTAMP) {
      value = SEG_SQL_FORM(sql, INSTANT_NUMBER, node, value);
    }
    fprintf(sql->out, ",\n    %.*s AS %.*s", SEG_STR(value.text), SEG_STR(column));
  }
  fprintf(sql->out, "\n  FROM %.*s\n", SEG_STR(quoted));
  seg_sql_end(sql);
}

static struct seg_str order_by(struct seg_sql *sql, struct seg_str value, const char *direction) {
  struct seg_sql_text key = seg_sql_form(sql, SEG_SQL_FORM_KEY_ORDER, NULL, 0, NULL);
  return seg_sql_format(sql, "ORDER BY %.*s %s NULLS LAST, %.*s", SEG_STR(value), direction,
                        SEG_STR(key.text));
}

// --- cut points of quantiles ---

static struct seg_str cuts_name(struct seg_sql *sql, size_t number) {
  return seg_sql_cte_name(sql, seg_sql_format(sql, "cuts %zu", number + 1), "");
}

// Cut i of n over m known values, from 0, lies at (m - 1) * i / n between two of them: `low` and
// `high`, `part` nths of the way.
static void write_cuts(struct seg_sql *sql, size_t number, struct seg_str values) {
  const struct seg_node *node = sql->ranks.items[number].node;
  struct seg_str value = value_name(sql, number), from = seg_sql_quoted(sql, values);
  struct seg_str parts = seg_sql_number(sql, node->rank_count).text;
  struct seg_sql_text series = SEG_SQL_FORM(sql, SERIES, node, seg_sql_atom(parts));
  struct seg_sql_text place = seg_sql_atom(
      seg_sql_format(sql, "(SELECT count(*) - 1 FROM %.*s WHERE %.*s IS NOT NULL) * part",
                     SEG_STR(from), SEG_STR(value)));
  place.level = SEG_SQL_OTHER;
  struct seg_sql_text low = SEG_SQL_FORM(sql, WHOLE_DIVISION, node, place, seg_sql_atom(parts));
  seg_sql_begin(sql, cuts_name(sql, number), sql->ranks.items[number].name);
  fprintf(sql->out,
          "  SELECT low.*, high.\"#value\" AS \"#high value\", high.\"#top\" AS \"#high top\",\n"
          "    high.\"#bottom\" AS \"#high bottom\", places.\"#part\"\n"
          "  FROM (\n    SELECT %.*s AS \"#low\", (%.*s) %% %.*s AS \"#part\"\n"
          "    FROM %.*s\n  ) AS places\n",
          SEG_STR(low.text), SEG_STR(place.text), SEG_STR(parts), SEG_STR(series.text));
  for (int side = 0; side < 2; side++)
    fprintf(sql->out,
            "  JOIN (\n    SELECT row_number() OVER (ORDER BY %.*s) - 1 AS \"#place\",\n"
            "      %.*s AS \"#value\", %s AS \"#top\", %s AS \"#bottom\"\n"
            "    FROM %.*s\n    WHERE %.*s IS NOT NULL\n  ) AS %s ON %s.\"#place\" = "
            "places.\"#low\"%s\n",
            SEG_STR(value), SEG_STR(value),
            is_fraction(node) ? seg_sql_format(sql, "\"#top %zu\"", number + 1).data : "0",
            is_fraction(node) ? seg_sql_format(sql, "\"#bottom %zu\"", number + 1).data : "0",
            SEG_STR(from), SEG_STR(value), side == 0 ? "low" : "high", side == 0 ? "low" : "high",
            side == 0 ? "" : " + CASE WHEN places.\"#part\" > 0 THEN 1 ELSE 0 END");
  seg_sql_end(sql);
}

// Is the cut below the customer's own value? Exactly, but for fractional numbers.
static struct seg_str is_cut_below(struct seg_sql *sql, size_t number) {
  const struct seg_node *node = sql->ranks.items[number].node;
  struct seg_str value = value_name(sql, number);
  struct seg_str parts = seg_sql_number(sql, node->rank_count).text;
  struct seg_sql_text low = seg_sql_atom(seg_str_view("\"#value\""));
  struct seg_sql_text high = seg_sql_atom(seg_str_view("\"#high value\""));
  if (is_number(node)) {
    struct seg_sql_text part =
        SEG_SQL_FORM(sql, AS_NUMBER, node, seg_sql_atom(seg_str_view("\"#part\"")));
    return seg_sql_format(sql,
                          "CASE WHEN \"#part\" = 0 THEN \"#value\" "
                          "ELSE \"#value\" + %.*s / %.*s * (\"#high value\" - \"#value\") END < "
                          "%.*s",
                          SEG_STR(part.text), SEG_STR(parts), SEG_STR(value));
  }
  if (is_fraction(node)) {
    struct seg_sql_text top = seg_sql_atom(seg_str_view("\"#top\""));
    struct seg_sql_text high_top = seg_sql_atom(seg_str_view("\"#high top\""));
    struct seg_sql_text own = seg_sql_atom(seg_sql_format(sql, "\"#top %zu\"", number + 1));
    struct seg_str first = SEG_SQL_FORM(sql, AS_WIDE, node, top).text;
    struct seg_str last = SEG_SQL_FORM(sql, AS_WIDE, node, high_top).text;
    struct seg_str mine = SEG_SQL_FORM(sql, AS_WIDE, node, own).text;
    return seg_sql_format(
        sql,
        "(%.*s * (%.*s - \"#part\") * \"#high bottom\" + %.*s * \"#part\" * \"#bottom\") "
        "* \"#bottom %zu\" < %.*s * %.*s * \"#bottom\" * \"#high bottom\"",
        SEG_STR(first), SEG_STR(parts), SEG_STR(last), number + 1, SEG_STR(mine), SEG_STR(parts));
  }
  struct seg_str wide_low = SEG_SQL_FORM(sql, AS_WIDE, node, low).text;
  struct seg_str wide_high = SEG_SQL_FORM(sql, AS_WIDE, node, high).text;
  struct seg_str own = SEG_SQL_FORM(sql, AS_WIDE, node, seg_sql_atom(value)).text;
  return seg_sql_format(sql, "%.*s * (%.*s - \"#part\") + %.*s * \"#part\" < %.*s * %.*s",
                        SEG_STR(wide_low), SEG_STR(parts), SEG_STR(wide_high), SEG_STR(own),
                        SEG_STR(parts));
}

// --- the places ---

static struct seg_str top(struct seg_sql *sql, const struct seg_node *node, struct seg_str value) {
  struct seg_str order = order_by(sql, value, "DESC");
  if (node->rank_count > 0)
    return seg_sql_format(sql, "%.*s IS NOT NULL AND row_number() OVER (%.*s) <= %" PRId64,
                          SEG_STR(value), SEG_STR(order), node->rank_count);
  int64_t whole = seg_decimal_power(node->rank_share.scale);
  return seg_sql_format(sql,
                        "%.*s IS NOT NULL AND (row_number() OVER (%.*s) - 1) * %" PRId64
                        " < count(*) OVER () * %" PRId64,
                        SEG_STR(value), SEG_STR(order), whole, (int64_t)node->rank_share.digits);
}

static struct seg_str top_share(struct seg_sql *sql, const struct seg_node *node,
                                struct seg_str value) {
  struct seg_str order = order_by(sql, value, "DESC");
  struct seg_sql_text wide = SEG_SQL_FORM(sql, AS_WIDE, node, seg_sql_atom(value));
  return seg_sql_format(
      sql,
      "COALESCE(%.*s > 0 AND COALESCE(sum(%.*s) OVER (%.*s ROWS BETWEEN UNBOUNDED "
      "PRECEDING AND 1 PRECEDING), 0) * %" PRId64
      " < sum(CASE WHEN %.*s > 0 THEN %.*s END) OVER () * %" PRId64 ", FALSE)",
      SEG_STR(value), SEG_STR(wide.text), SEG_STR(order), seg_decimal_power(node->rank_share.scale),
      SEG_STR(value), SEG_STR(wide.text), (int64_t)node->rank_share.digits);
}

static struct seg_str place_of(struct seg_sql *sql, size_t number) {
  const struct seg_node *node = sql->ranks.items[number].node;
  struct seg_str value = value_name(sql, number), order = order_by(sql, value, "ASC");
  switch (node->rank) {
  case SEG_RANK_NTILE:
    return seg_sql_format(sql, "CAST(ntile(%" PRId64 ") OVER (%.*s) AS bigint)", node->rank_count,
                          SEG_STR(order));
  case SEG_RANK_QUANTILE_BAND: {
    struct seg_str below = is_cut_below(sql, number);
    struct seg_str cuts = seg_sql_quoted(sql, cuts_name(sql, number));
    return seg_sql_format(sql,
                          "CASE WHEN %.*s IS NOT NULL\n"
                          "         THEN 1 + (SELECT count(*) FROM %.*s WHERE %.*s) END",
                          SEG_STR(value), SEG_STR(cuts), SEG_STR(below));
  }
  case SEG_RANK_TOP: return top(sql, node, value);
  case SEG_RANK_TOP_SHARE: return top_share(sql, node, value);
  case SEG_RANK_PERCENTILE:
    return seg_sql_format(sql, "percent_rank() OVER (%.*s)", SEG_STR(order));
  case SEG_RANK_KIND_COUNT: break;
  }
  assert(!"unknown rank");
  return value;
}

struct seg_str seg_sql_write_ranks(struct seg_sql *sql, struct seg_str from) {
  if (sql->ranks.count == 0)
    return from;
  struct seg_str values = seg_sql_cte_name(sql, seg_str_view("compared values"), "");
  struct seg_str places = seg_sql_cte_name(sql, seg_str_view("places"), "");
  struct seg_str quoted = seg_sql_quoted(sql, values);
  write_values(sql, values, from);
  for (size_t i = 0; i < sql->ranks.count; i++)
    if (sql->ranks.items[i].node->rank == SEG_RANK_QUANTILE_BAND)
      write_cuts(sql, i, values);
  seg_sql_begin(sql, places, seg_str_view("where each stands among all customers"));
  fputs("  SELECT\n    *", sql->out);
  for (size_t i = 0; i < sql->ranks.count; i++) {
    struct seg_str place = place_of(sql, i);
    struct seg_str name = seg_sql_quoted(sql, sql->ranks.items[i].name);
    fprintf(sql->out, ",\n    %.*s AS %.*s", SEG_STR(place), SEG_STR(name));
  }
  fprintf(sql->out, "\n  FROM %.*s\n", SEG_STR(quoted));
  seg_sql_end(sql);
  return places;
}
