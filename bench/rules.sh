#!/bin/sh
# Writes a project to stdout: rules.sh KIND COUNT
#   flat    COUNT segments over the 16 attributes of a customer
#   events  COUNT segments over purchases in four windows
set -eu
[ $# -eq 2 ] || {
  echo "usage: rules.sh flat|events COUNT" >&2
  exit 2
}
awk -v kind="$1" -v count="$2" '
function pick(n) { state = state * 48271 % 2147483647; return state % n }  # Park and Miller, 1993
BEGIN {
  state = 20261101
  print "segc 1\ntimezone: \"UTC\"\ncurrency: EUR\n"
  print "customer from \"customers\" key customer_id {"
  for (i = 1; i <= 16; i++) printf "  a%02d: int\n", i
  print "}\n"
  print "event purchase from \"purchases\" by customer_id at day {"
  print "  amount:  money(EUR)\n  channel: one of (\"web\", \"store\", \"app\")\n}\n"
  split("7 30 90 365", days, " ")
  split("web store app", channels, " ")
  for (i = 1; i <= count; i++) {
    if (kind == "flat")
      rule = sprintf("a%02d >= %d and a%02d < %d and (a%02d between %d and %d or a%02d = %d)",
                     1 + pick(16), pick(900), 1 + pick(16), 100 + pick(900), 1 + pick(16), pick(400),
                     500 + pick(400), 1 + pick(16), pick(1000))
    else {
      w = days[1 + pick(4)]
      rule = sprintf("count(purchase) >= %d within %dd and sum(purchase.amount) within %dd > %d",
                     1 + pick(4), w, days[1 + pick(4)], 50 * pick(20))
      if (pick(2)) rule = rule sprintf(" and count(purchase[channel = \"%s\"]) >= 1 within %dd",
                                       channels[1 + pick(3)], w)
      if (pick(3) == 0) rule = rule sprintf(" and avg(purchase.amount) within %dd > %d",
                                            days[1 + pick(4)], 20 + pick(100))
    }
    printf "segment s%05d { when: %s decision: \"d%05d\" }\n", i, rule, i
  }
  printf "\npriority all: "
  for (i = 1; i <= count; i++) printf "%ss%05d", i == 1 ? "" : " > ", i
  print " otherwise rest"
}'
