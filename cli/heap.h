/**
 * The heap of a command.
 */
#ifndef SEGC_CLI_HEAP_H
#define SEGC_CLI_HEAP_H

/**
 * For a command that takes some megabytes for some milliseconds: all threads share the heap, and
 * what is freed stays for the next. A page costs as much, when it is touched first, as parsing a
 * rule: a thread beside touches the first ones. Arrays of several megabytes are taken and given
 * back by themselves, as always. Once, before there are other threads.
 */
void heap_for_short_work(void);

#endif
