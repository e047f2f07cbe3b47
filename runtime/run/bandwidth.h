/**
 * How fast this machine reads memory: what a run is compared with.
 */
#ifndef SEG_RUNTIME_RUN_BANDWIDTH_H
#define SEG_RUNTIME_RUN_BANDWIDTH_H

/** Bytes a second that `threads` threads (0: as many as there are) read together, each from an
 * array of its own that no cache holds; the best of a few passes. 0 when memory is out. Takes about
 * a tenth of a second. */
double seg_bandwidth_measure(unsigned threads);

#endif
