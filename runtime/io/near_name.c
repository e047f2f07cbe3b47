// Spelling suggestions and short lists of names for messages.
#include "runtime/io/near_name.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

size_t seg_near_name(struct seg_str name, const struct seg_str *names, size_t count) {
  size_t best = count;
  size_t best_distance = name.size / 3 + 1;
  for (size_t i = 0; i < count; i++) {
    size_t distance = seg_str_distance(name, names[i]);
    if (names[i].size == name.size && strncasecmp(names[i].data, name.data, name.size) == 0)
      distance = 0;
    if (distance < best_distance || (best == count && distance == best_distance && name.size > 2)) {
      best = i;
      best_distance = distance;
    }
  }
  return best;
}

void seg_name_list(const struct seg_str *names, size_t count, char *out, size_t size) {
  enum { ROOM_FOR_REST = 24 };
  size_t used = 0;
  size_t shown = 0;
  out[0] = '\0';
  for (; shown < count; shown++) {
    if (used + names[shown].size + 2 + ROOM_FOR_REST > size)
      break;
    used += (size_t)snprintf(out + used, size - used, "%s%.*s", shown > 0 ? ", " : "",
                             SEG_STR(names[shown]));
  }
  if (shown < count)
    snprintf(out + used, size - used, "%s%zu more", shown > 0 ? " and " : "", count - shown);
}
