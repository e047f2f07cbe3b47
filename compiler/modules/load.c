// Following `use`; see modules.h.
#include "compiler/modules/modules.h"

#include <string.h>

#include "compiler/modules/rename.h"
#include "grammar/parse.h"
#include "runtime/base/vec.h"
#include "stdlib/modules.h"

struct loaded {
  const struct seg_module *module;
  const struct seg_use *asked; // in a file of the project
  uint32_t file;
};

struct loading {
  struct seg_source_map *map;
  struct seg_ast *ast;
  struct seg_diagnostics *sink;
  SEG_VEC(struct loaded) modules;
};

static const struct seg_module *find_module(struct seg_str name) {
  for (size_t i = 0; i < seg_module_count; i++)
    if (seg_str_is(name, seg_modules[i].name))
      return &seg_modules[i];
  return NULL;
}

enum { MAX_LISTED = 64 };

static void report_unknown(struct loading *loading, struct seg_name name) {
  struct seg_str names[MAX_LISTED];
  size_t count = 0;
  for (; count < seg_module_count && count < MAX_LISTED; count++)
    names[count] = seg_str_view(seg_modules[count].name);
  struct seg_diagnostic *d = seg_report(loading->sink, SEG_DIAG_UNKNOWN_MODULE, name.span,
                                        "there is no module `%.*s`", SEG_STR(name.text));
  struct seg_str nearest = seg_suggest(name.text, names, count);
  if (nearest.data != NULL)
    seg_help(loading->sink, d, "`%.*s` is spelt like it", SEG_STR(nearest));
  else
    for (size_t i = 0; i < count; i++)
      seg_note(loading->sink, d, "there is `%.*s`", SEG_STR(names[i]));
}

static bool same_names(const struct seg_use *a, const struct seg_use *b) {
  bool same = a->rename_count == b->rename_count;
  for (uint32_t i = 0; same && i < a->rename_count; i++)
    same = seg_str_equal(a->renames[i].needed.text, b->renames[i].needed.text) &&
           seg_str_equal(a->renames[i].given.text, b->renames[i].given.text);
  return same;
}

static void report_other_names(struct loading *loading, const struct seg_use *use,
                               const struct seg_use *first) {
  struct seg_diagnostic *d =
      seg_report(loading->sink, SEG_DIAG_DUPLICATE_NAME, use->span,
                 "`%.*s` is used twice, each time with other names", SEG_STR(use->module.text));
  seg_note_at(loading->sink, d, first->span, "first here");
  seg_help(loading->sink, d, "a module is there once: write the same names in both places");
}

/** Names given twice, and columns given with their event. */
static bool names_are_good(struct loading *loading, const struct seg_use *use) {
  for (uint32_t i = 0; i < use->rename_count; i++) {
    const struct seg_rename *rename = &use->renames[i];
    if (memchr(rename->given.text.data, '.', rename->given.text.size) != NULL) {
      struct seg_diagnostic *d = seg_report(loading->sink, SEG_DIAG_SYNTAX, rename->given.span,
                                            "behind `=` stands the name of an event or a column");
      seg_help(loading->sink, d, "write it as in `purchase = line, purchase.amount = value`");
      return false;
    }
    for (uint32_t j = 0; j < i; j++)
      if (seg_str_equal(use->renames[j].needed.text, rename->needed.text)) {
        struct seg_diagnostic *d =
            seg_report(loading->sink, SEG_DIAG_DUPLICATE_NAME, rename->needed.span,
                       "`%.*s` gets two names", SEG_STR(rename->needed.text));
        seg_note_at(loading->sink, d, use->renames[j].needed.span, "first here");
        return false;
      }
  }
  return true;
}

static enum seg_status load(struct loading *loading, const struct seg_module *module,
                            const struct seg_use *asked, struct seg_error *error) {
  struct loaded loaded = {.module = module, .asked = asked};
  enum seg_status status =
      seg_source_map_add(loading->map, seg_str_view(module->file),
                         (struct seg_str){module->text, module->size}, &loaded.file, error);
  if (status != SEG_OK)
    return status;
  loading->map->files.items[loaded.file].bundled = true;
  if (!SEG_VEC_PUSH(&loading->modules, loaded))
    return seg_fail_memory(error, "the list of modules");
  status = seg_parse(loading->map, loaded.file, loading->ast, loading->sink, error);
  if (status == SEG_OK)
    seg_rename_needs(loading->ast, loaded.file, asked);
  return status;
}

/** The `use` of the project behind a `use`: itself, or the one that asked for its module. */
static const struct seg_use *asked_by(const struct loading *loading, const struct seg_use *use) {
  for (size_t i = 0; i < loading->modules.count; i++)
    if (loading->modules.items[i].file == use->span.file)
      return loading->modules.items[i].asked;
  return use;
}

static enum seg_status follow(struct loading *loading, const struct seg_use *use,
                              struct seg_error *error) {
  const struct seg_module *module = find_module(use->module.text);
  const struct seg_use *asked = asked_by(loading, use);
  if (module == NULL) {
    report_unknown(loading, use->module);
    return SEG_OK;
  }
  if (!names_are_good(loading, asked))
    return SEG_OK;
  for (size_t i = 0; i < loading->modules.count; i++) {
    const struct loaded *before = &loading->modules.items[i];
    if (before->module != module)
      continue;
    if (!same_names(before->asked, asked))
      report_other_names(loading, asked, before->asked);
    return SEG_OK;
  }
  return load(loading, module, asked, error);
}

/** Every name of `with` must be one that the module, or one that it uses, needs. */
static void check_names(struct loading *loading, const struct seg_use *use) {
  enum { MAX_NEEDS = 64 };
  struct seg_str events[MAX_NEEDS];
  for (uint32_t i = 0; i < use->rename_count; i++) {
    const struct seg_rename *rename = &use->renames[i];
    size_t count = 0;
    bool known = false;
    for (const struct seg_declaration *d = loading->ast->first; d != NULL && !known; d = d->next) {
      if (d->kind != SEG_DECLARE_NEED || d->need->use == NULL || !same_names(d->need->use, use))
        continue;
      known = seg_rename_is_of(rename->needed.text, d->need);
      if (count < MAX_NEEDS)
        events[count++] = d->need->event.text;
    }
    if (known)
      continue;
    struct seg_diagnostic *d = seg_report(loading->sink, SEG_DIAG_UNKNOWN_NAME, rename->needed.span,
                                          "`%.*s` needs no `%.*s`", SEG_STR(use->module.text),
                                          SEG_STR(rename->needed.text));
    struct seg_str nearest = seg_suggest(rename->needed.text, events, count);
    if (nearest.data != NULL)
      seg_help(loading->sink, d, "it needs an event `%.*s`", SEG_STR(nearest));
    else
      seg_note(loading->sink, d,
               "in front of `=` stands an event as the module calls it, or one of its columns: "
               "`purchase.amount`");
  }
}

enum seg_status seg_modules_load(struct seg_source_map *map, struct seg_ast *ast,
                                 struct seg_diagnostics *sink, struct seg_error *error) {
  struct loading loading = {.map = map, .ast = ast, .sink = sink};
  enum seg_status status = SEG_OK;
  // Modules go to the end of the list, so that the walk meets what they use.
  for (const struct seg_declaration *d = ast->first; d != NULL && status == SEG_OK; d = d->next)
    if (d->kind == SEG_DECLARE_USE)
      status = follow(&loading, d->use, error);
  for (const struct seg_declaration *d = ast->first; d != NULL && status == SEG_OK; d = d->next)
    if (d->kind == SEG_DECLARE_USE && sink->errors == 0 && asked_by(&loading, d->use) == d->use)
      check_names(&loading, d->use);
  SEG_VEC_FREE(&loading.modules);
  return status;
}
