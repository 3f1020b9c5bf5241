/* The only place that asks what time it is. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

int64_t clock_now_us(void);       /* realtime, microseconds since 1970 */
int64_t clock_monotonic_us(void); /* for durations */
int64_t clock_thread_us(void);    /* processor time of the calling thread */

#endif
