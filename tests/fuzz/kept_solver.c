// Contexts of the solver, kept from one input to the next. To make and to free one takes as long as
// twenty short texts in the checker. The linker puts these functions in the place of Z3's.
#include <stdint.h>
#include <z3.h>

// Terms of a context are never freed: after so many uses it goes. Two are in use at a time.
enum { USES = 64, MOST = 2 };

struct kept {
  Z3_context context;
  uint32_t uses;
  bool in_use;
};

static struct kept kept[MOST]; // a fuzzer asks from one thread

Z3_context __real_Z3_mk_context(Z3_config config);
void __real_Z3_del_context(Z3_context context);
Z3_context __wrap_Z3_mk_context(Z3_config config);
void __wrap_Z3_del_context(Z3_context context);

Z3_context __wrap_Z3_mk_context(Z3_config config) {
  for (int i = 0; i < MOST; i++)
    if (!kept[i].in_use) {
      if (kept[i].context == NULL)
        kept[i].context = __real_Z3_mk_context(config);
      kept[i].in_use = kept[i].context != NULL;
      kept[i].uses++;
      return kept[i].context;
    }
  return __real_Z3_mk_context(config);
}

void __wrap_Z3_del_context(Z3_context context) {
  for (int i = 0; i < MOST; i++)
    if (kept[i].context == context) {
      kept[i].in_use = false;
      if (kept[i].uses < USES)
        return;
      kept[i] = (struct kept){.context = NULL};
    }
  __real_Z3_del_context(context);
}
