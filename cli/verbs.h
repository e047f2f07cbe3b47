/**
 * The verbs of the command line: one file each. They get the arguments behind the verb and return
 * the exit code.
 */
#ifndef SEGC_CLI_VERBS_H
#define SEGC_CLI_VERBS_H

int verb_init(int argc, char **argv);
int verb_check(int argc, char **argv);
int verb_fmt(int argc, char **argv);
int verb_prepare(int argc, char **argv);
int verb_run(int argc, char **argv);
int verb_explain(int argc, char **argv);
int verb_diff(int argc, char **argv);
int verb_show(int argc, char **argv);
int verb_test(int argc, char **argv);
int verb_manifest(int argc, char **argv);
int verb_emit(int argc, char **argv);
int verb_version(int argc, char **argv);

#endif
