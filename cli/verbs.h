/**
 * The verbs of the command line: one file each.
 */
#ifndef SEGC_CLI_VERBS_H
#define SEGC_CLI_VERBS_H

#include "cli/verb.h"

extern const struct verb verb_init;
extern const struct verb verb_check;
extern const struct verb verb_fmt;
extern const struct verb verb_prepare;
extern const struct verb verb_run;
extern const struct verb verb_explain;
extern const struct verb verb_diff;
extern const struct verb verb_show;
extern const struct verb verb_test;
extern const struct verb verb_manifest;
extern const struct verb verb_emit;
extern const struct verb verb_version;

#endif
