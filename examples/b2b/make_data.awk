# Makes the data of this example: companies that buy an invented kind of machine, the people there whom
# sales and marketing meet, and the deals. The same seed gives the same files with every awk.
#
#   awk -f make_data.awk -v seed=5 -v folder=data
#
# The random numbers are those of Lehmer (1951) with the multiplier of Park and Miller (1988): 31-bit
# integers, which awk's doubles multiply exactly.

function random(n) { # 0 .. n - 1
  state = (state * 16807) % 2147483647
  return int(state / 2147483647 * n)
}
function chance(percent) { return random(100) < percent }

# Days since 1970-01-01 to a date, by the calendar's 400-year cycle.
function date(day,    z, era, doe, yoe, doy, mp, d, m, y) {
  z = day + 719468
  era = int(z / 146097)
  doe = z - era * 146097
  yoe = int((doe - int(doe / 1460) + int(doe / 36524) - int(doe / 146096)) / 365)
  doy = doe - (365 * yoe + int(yoe / 4) - int(yoe / 100))
  mp = int((5 * doy + 2) / 153)
  d = doy - int((153 * mp + 2) / 5) + 1
  m = mp < 10 ? mp + 3 : mp - 9
  y = yoe + era * 400 + (m <= 2)
  return sprintf("%04d-%02d-%02d", y, m, d)
}

function meet(account, contact, day, channel) {
  printf "%s,%s-%d,%s,%s,%s\n", account, account, contact, role_of[account, contact], channel, date(day) >touches
}

function deal(account, day, stage) {
  printf "D%04d,%s,%s,%d000,%s\n", ++deals, account, date(day), 8 + random(90), stage >file
}

BEGIN {
  state = seed ? seed : 5
  folder = folder ? folder : "data"
  accounts = folder "/accounts.csv"; touches = folder "/touches.csv"; file = folder "/deals.csv"
  industries = split("food|machines|chemicals|print|furniture", industry, "|")
  roles = split("user|champion|buyer|manager|lawyer", role, "|")
  channels = split("email|webinar|call|visit|fair", channel, "|")
  split("DE,AT,CH,IT,PL,", country, ",")
  today = 20605 # 2026-06-01

  print "account,name,industry,employees,country,since" >accounts
  print "account,contact,role,channel,day" >touches
  print "deal,account,opened,amount,stage" >file
  for (n = 1; n <= 160; n++) {
    account = sprintf("A%03d", n)
    employees = chance(15) ? "" : 10 + random(40) * random(40)
    since = today - 30 - random(1800)
    printf "%s,%s %d,%s,%s,%s,%s\n", account, "Works", n, industry[1 + random(industries)], employees,
           country[1 + random(6)], date(since) >accounts

    people = random(7)
    for (c = 1; c <= people; c++) role_of[account, c] = role[1 + random(roles)]
    warm = random(10)
    for (c = 1; c <= people; c++)
      for (i = random(warm + 2); i > 0; i--)
        meet(account, c, today - 1 - random(warm > 6 ? 60 : 300), channel[1 + random(channels)])
    for (i = random(4); i > 0; i--) {
      day = today - 1 - random(700)
      deal(account, day, today - day < 90 ? (chance(70) ? "open" : "lost") : chance(55) ? "won" : "lost")
    }
  }
  # Deals whose account was typed by hand: they belong to nobody.
  for (i = 1; i <= 6; i++) deal(sprintf("a%03d", 10 + i), today - 40 - i, "open")
}
