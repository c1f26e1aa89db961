#include "CLinux.h"

#include <stddef.h>

static int kept_count;
static char **kept_values;

// The C library gives a constructor the arguments of main.
__attribute__((constructor)) static void keep_arguments(int count, char **values) {
    kept_count = count;
    kept_values = values;
}

const char *p1_argument(int index) { return index < kept_count ? kept_values[index] : NULL; }
