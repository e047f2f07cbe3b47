# Makes the data of this example: accounts of an invented project-management service, what their people
# use and what they pay. The same seed gives the same files with every awk.
#
#   awk -f make_data.awk -v seed=11 -v folder=data
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

function use(account, day, user, feature,    second) {
  second = 6 * 3600 + random(12 * 3600)
  printf "%d,%sT%02d:%02d:%02dZ,%d-%d,%s\n", account, date(day), int(second / 3600),
         int(second % 3600 / 60), second % 60, account, user, feature >usage
}

# What a share of the seats does on one working day.
function work(account, day, seats, intensity, features,    user) {
  if ((day + 3) % 7 >= 5) return # Saturday, Sunday
  for (user = 1; user <= seats; user++)
    if (chance(intensity)) use(account, day, user, feature_name[1 + random(features)])
}

function pay(account, day, cents, kind) {
  printf "%d,%d,%s,%.2f,%s\n", ++invoice, account, date(day), cents / 100, kind >invoices
}

BEGIN {
  state = seed ? seed : 11
  folder = folder ? folder : "data"
  accounts = folder "/accounts.csv"; usage = folder "/usage.csv"; invoices = folder "/invoices.csv"
  split("boards reports calendar export api automation", feature_name, " ")
  split("DE,AT,CH,FR,NL,", country, ",")
  today = 20605 # 2026-06-01
  price["free"] = 0; price["team"] = 900; price["business"] = 1900

  print "account_id,company,contact_email,plan,seats,signed_up,country" >accounts
  print "account_id,at,user_id,feature" >usage
  print "invoice_id,account_id,paid_on,amount,kind" >invoices
  for (account = 1; account <= 220; account++) {
    signed = today - 20 - random(700)
    life = random(10) # what kind of account this is
    plan = chance(35) ? "free" : chance(60) ? "team" : "business"
    seats = plan == "free" ? 1 + random(2) : plan == "team" ? 2 + random(6) : 4 + random(9)
    where = country[1 + random(6)]
    printf "%d,Company %03d,office%d@company-%03d.example,%s,%d,%s,%s\n", account, account, random(90) + 10,
           account, plan, seats, date(signed), where >accounts

    first = signed + random(9)
    features = 1 + random(6)
    intensity = 4 + random(18)
    for (day = first > today - 130 ? first : today - 130; day < today; day++) {
      age = today - day
      if (life == 0) break                                           # never starts
      if (life == 1 && age < 35) continue                            # gone
      if (life == 2 && age > 14 && age < 80) continue                # comes back
      strength = intensity
      if (life == 3) strength = age < 14 ? 2 : intensity + 12        # slips away
      if (life >= 8) strength = intensity + int((130 - age) / 5)     # grows
      if (life == 4) features = age < 30 ? 6 : 2                     # discovers more
      work(account, day, seats, strength, features)
    }
    if (plan == "free") continue
    for (day = signed; day < today; day += 30) {
      if (life == 1 && today - day < 35) break
      pay(account, day, price[plan] * seats, "subscription")
      if (life >= 8 && today - day < 90 && chance(70)) pay(account, day + 3 < today ? day + 3 : day, 4900 + 100 * random(80), "addon")
      if (chance(2)) pay(account, day + 1, -price[plan] * seats, "refund")
    }
  }
}
