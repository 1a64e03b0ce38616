/*
 * What the chaos exam does to one process without being root: preloaded into an agent (LD_PRELOAD), it
 *   - moves the wall clock (CLOCK_REALTIME, gettimeofday, time) and leaves the monotonic one alone,
 *   - lets writes or syncs below one folder fail with an error number,
 *   - remembers what every write below that folder replaced until the file is synced, so that a power cut can be played back: whoever plays it undoes
 *     what was never synced (machine/unsynced.ts reads the format).
 * Steered through a 64-byte file that both sides map: clock offset in nanoseconds (int64), error number for writes, error number for syncs (int32 each).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct control {
  volatile int64_t clock_offset_ns;
  volatile int32_t write_errno;
  volatile int32_t sync_errno;
};

#define MAX_FDS 65536
static struct control *control;
static const char *watched_dir, *undo_dir;
static unsigned char watched[MAX_FDS];
static pthread_mutex_t undo_lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) \
  static __typeof__(&name) real; \
  if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("CHAOS_CONTROL");
  watched_dir = getenv("CHAOS_DIR");
  undo_dir = getenv("CHAOS_UNDO");
  if (!path) return;
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *page = mmap(NULL, 64, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (page != MAP_FAILED) control = page;
  close(fd);
}

/* ---- clock ---- */

static void shift(struct timespec *t) {
  int64_t offset = control ? control->clock_offset_ns : 0;
  if (!offset) return;
  int64_t ns = (int64_t)t->tv_nsec + offset % 1000000000;
  t->tv_sec += offset / 1000000000 + (ns < 0 ? -1 : ns >= 1000000000 ? 1 : 0);
  t->tv_nsec = ns < 0 ? ns + 1000000000 : ns >= 1000000000 ? ns - 1000000000 : ns;
}

int clock_gettime(clockid_t clock, struct timespec *t) {
  REAL(clock_gettime);
  int result = real(clock, t);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) shift(t);
  return result;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone) {
  (void)zone;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  t->tv_sec = now.tv_sec;
  t->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *t) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (t) *t = now.tv_sec;
  return now.tv_sec;
}

/* ---- which files ---- */

static int is_below(const char *path) {
  size_t n = watched_dir ? strlen(watched_dir) : 0;
  return n > 0 && strncmp(path, watched_dir, n) == 0 && path[n] == '/';
}

/* Relative paths are not followed: the programs are given absolute folders. */
static void mark(int fd, const char *path) {
  if (fd >= 0 && fd < MAX_FDS) watched[fd] = (unsigned char)is_below(path);
}

static int is_watched(int fd) { return fd >= 0 && fd < MAX_FDS && watched[fd]; }

#define MODE_OF(flags) \
  mode_t mode = 0; \
  if ((flags) & (O_CREAT | O_TMPFILE)) { \
    va_list arguments; \
    va_start(arguments, flags); \
    mode = (mode_t)va_arg(arguments, int); \
    va_end(arguments); \
  }

int open(const char *path, int flags, ...) {
  REAL(open);
  MODE_OF(flags)
  int fd = real(path, flags, mode);
  mark(fd, path);
  return fd;
}

int open64(const char *path, int flags, ...) {
  REAL(open64);
  MODE_OF(flags)
  int fd = real(path, flags, mode);
  mark(fd, path);
  return fd;
}

int openat(int from, const char *path, int flags, ...) {
  REAL(openat);
  MODE_OF(flags)
  int fd = real(from, path, flags, mode);
  mark(fd, path);
  return fd;
}

int close(int fd) {
  REAL(close);
  if (fd >= 0 && fd < MAX_FDS) watched[fd] = 0;
  return real(fd);
}

/* ---- what was there before ---- */

static int undo_path(char *into, size_t size, const struct stat *file) {
  return snprintf(into, size, "%s/%llu.undo", undo_dir, (unsigned long long)file->st_ino) < (int)size;
}

static ssize_t plain_write(int fd, const void *bytes, size_t count) {
  REAL(write);
  return real(fd, bytes, count);
}

/* Appends one record: what the file held in [offset, offset+count) and how long it was. */
static void remember(int fd, off64_t offset, size_t count) {
  struct stat file;
  char path[4096];
  if (!undo_dir || fstat(fd, &file) != 0 || !S_ISREG(file.st_mode) || !undo_path(path, sizeof path, &file)) return;
  size_t kept = offset >= file.st_size ? 0 : (size_t)(file.st_size - offset) < count ? (size_t)(file.st_size - offset) : count;
  uint64_t head[3] = {(uint64_t)offset, (uint64_t)file.st_size, kept};
  char *record = malloc(sizeof head + kept);
  if (!record) return;
  memcpy(record, head, sizeof head);
  if (kept && pread(fd, record + sizeof head, kept, offset) != (ssize_t)kept) {
    /* Opened for writing only: read through another descriptor. */
    char self[64];
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    REAL(open);
    int again = real(self, O_RDONLY | O_CLOEXEC);
    ssize_t got = again < 0 ? -1 : pread(again, record + sizeof head, kept, offset);
    if (again >= 0) {
      REAL(close);
      real(again);
    }
    if (got != (ssize_t)kept) {
      free(record);
      return;
    }
  }
  pthread_mutex_lock(&undo_lock);
  REAL(open);
  int log = real(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log >= 0) {
    if (plain_write(log, record, sizeof head + kept) < 0) perror("chaos: undo");
    REAL(close);
    real(log);
  }
  pthread_mutex_unlock(&undo_lock);
  free(record);
}

static void forget(const struct stat *file) {
  char path[4096];
  if (!undo_dir || !undo_path(path, sizeof path, file)) return;
  REAL(unlink);
  pthread_mutex_lock(&undo_lock);
  real(path);
  pthread_mutex_unlock(&undo_lock);
}

static int refused(int32_t number) {
  if (!number) return 0;
  errno = number;
  return 1;
}

#define WRITE_FAILS(fd) (is_watched(fd) && control && refused(control->write_errno))
#define SYNC_FAILS(fd) (is_watched(fd) && control && refused(control->sync_errno))

static off64_t position(int fd) {
  struct stat file;
  if ((fcntl(fd, F_GETFL) & O_APPEND) && fstat(fd, &file) == 0) return file.st_size;
  return lseek64(fd, 0, SEEK_CUR);
}

ssize_t write(int fd, const void *bytes, size_t count) {
  if (is_watched(fd)) {
    if (WRITE_FAILS(fd)) return -1;
    remember(fd, position(fd), count);
  }
  return plain_write(fd, bytes, count);
}

ssize_t writev(int fd, const struct iovec *parts, int n) {
  REAL(writev);
  if (is_watched(fd)) {
    if (WRITE_FAILS(fd)) return -1;
    size_t count = 0;
    for (int i = 0; i < n; i++) count += parts[i].iov_len;
    remember(fd, position(fd), count);
  }
  return real(fd, parts, n);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
  REAL(pwrite64);
  if (is_watched(fd)) {
    if (WRITE_FAILS(fd)) return -1;
    remember(fd, offset, count);
  }
  return real(fd, bytes, count, offset);
}

int ftruncate64(int fd, off64_t length) {
  REAL(ftruncate64);
  if (is_watched(fd)) {
    struct stat file;
    if (WRITE_FAILS(fd)) return -1;
    if (fstat(fd, &file) == 0) remember(fd, length, file.st_size > length ? (size_t)(file.st_size - length) : 0);
  }
  return real(fd, length);
}

int fsync(int fd) {
  REAL(fsync);
  if (SYNC_FAILS(fd)) return -1;
  int result = real(fd);
  struct stat file;
  if (result == 0 && is_watched(fd) && fstat(fd, &file) == 0) forget(&file);
  return result;
}

int fdatasync(int fd) {
  REAL(fdatasync);
  if (SYNC_FAILS(fd)) return -1;
  int result = real(fd);
  struct stat file;
  if (result == 0 && is_watched(fd) && fstat(fd, &file) == 0) forget(&file);
  return result;
}

/* A file that is gone, or replaced by another, has nothing to undo; its number may be given to another one. */
int unlink(const char *path) {
  REAL(unlink);
  struct stat file;
  int known = is_below(path) && stat(path, &file) == 0;
  int result = real(path);
  if (result == 0 && known) forget(&file);
  return result;
}

int rename(const char *from, const char *to) {
  REAL(rename);
  struct stat file;
  int known = is_below(to) && stat(to, &file) == 0;
  int result = real(from, to);
  if (result == 0 && known) forget(&file);
  return result;
}
