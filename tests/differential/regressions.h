/**
 * Cases that once differed, as files: the program, a line `--- rows`, the rows (data_text.c), and
 * perhaps a line `--- members` with a line `SEGMENT: KEY KEY ...` each for what the answer must be.
 * A line `--- difference ...` ends what is read, so that a printed report is a case as it stands.
 */
#ifndef SEG_TESTS_DIFFERENTIAL_REGRESSIONS_H
#define SEG_TESTS_DIFFERENTIAL_REGRESSIONS_H

/** Run every file *.case of a folder, in several manners. 0 when all agree. */
int regressions_run(const char *folder);

#endif
