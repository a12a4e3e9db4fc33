/* A disk under one folder that keeps a log of what happens to it, and fails when told to.

   Preloaded into the server (LD_PRELOAD). Every opening, write, truncation, removal, renaming and
   sync of a file in RIG_FOLDER (not in folders below it) is done and noted in RIG_LOG under one lock, so the log is the
   order in which it happened; so is the head of every HTTP answer, just before it leaves.
   RIG_CONTROL is a piece of shared memory: the rig says there what shall go wrong and reads what
   has (struct control; tests/rigs/power/platter.py knows the same layout).

   Mapped memory cannot be seen from here. SQLite maps only its -shm file, which is an index of the
   log for the processes of one life: whoever opens the database first after a crash makes it anew.
   So -shm takes room on the disk and can fail, but is not noted. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MOST_FDS = 4096, MOST_FILES = 256, HEAD = 512 };
enum { FOLDER = -1, MEMORY = -2 }; /* instead of a file's number: the folder itself, a -shm file */

struct control {
  int64_t capacity, room;                      /* bytes; negative: no limit */
  int64_t sync_every, write_every, open_every, short_every; /* one in so many fails; 0: none */
  int64_t sync_takes;                          /* microseconds */
  int64_t syncs, writes, opens;                /* seen */
  int64_t bad_syncs, bad_writes, bad_opens, short_writes, full; /* failed */
};

struct record {
  int64_t offset;
  int32_t file;
  uint32_t length;
  char kind;
} __attribute__((packed));

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct control none = {.room = -1}, *control = &none;
static const char *folder;
static size_t folder_length;
static int journal = -1, files = 0;
static int file_of[MOST_FDS]; /* 0: not ours; else a file's number, from 1 */
static char *names[MOST_FILES];

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
  folder = getenv("RIG_FOLDER");
  folder_length = folder ? strlen(folder) : 0;
  const char *log = getenv("RIG_LOG"), *shared = getenv("RIG_CONTROL");
  if (log) journal = REAL(open)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  int fd = shared ? REAL(open)(shared, O_RDWR | O_CLOEXEC) : -1;
  if (fd >= 0) {
    void *at = mmap(0, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at != MAP_FAILED) control = at;
    REAL(close)(fd);
  }
}

static void note(char kind, int file, int64_t offset, const void *bytes, size_t length) {
  if (journal < 0 || file == MEMORY) return;
  struct record head = {offset, file, (uint32_t)length, kind};
  struct iovec both[2] = {{&head, sizeof head}, {(void *)bytes, length}};
  if (REAL(writev)(journal, both, 2) != (ssize_t)(sizeof head + length)) abort();
}

/* One in so many, thrown by dice: what fails by turns can keep step with the program, and then
   always hits the same thing. */
static int falls(int64_t every) {
  static uint64_t dice = 88172645463325252;
  dice ^= dice << 13;
  dice ^= dice >> 7;
  dice ^= dice << 17;
  return every > 0 && dice % (uint64_t)every == 0;
}

static const char *inside(const char *path) { /* the name in our folder, or nothing */
  if (!folder || strncmp(path, folder, folder_length)) return 0;
  if (!path[folder_length]) return "";
  if (path[folder_length] != '/' || strchr(path + folder_length + 1, '/')) return 0;
  return path + folder_length + 1;
}

static int known(const char *name) {
  for (int at = 1; at <= files; at++)
    if (names[at] && !strcmp(names[at], name)) return at;
  return 0;
}

static int made(const char *name) {
  if (files + 1 >= MOST_FILES) abort();
  names[++files] = strdup(name);
  return files;
}

static int ours(int fd) { return fd >= 0 && fd < MOST_FDS ? file_of[fd] : 0; }

static int opening(__typeof__(&open) real, const char *path, int flags, mode_t mode) {
  const char *name = path ? inside(path) : 0;
  if (!name) return real(path, flags, mode);
  pthread_mutex_lock(&lock);
  struct stat before;
  int was_there = !stat(path, &before), fd = -1;
  control->opens += *name != 0;
  if (*name && falls(control->open_every)) {
    control->bad_opens++;
    errno = EMFILE;
  } else {
    fd = real(path, flags, mode);
  }
  if (fd >= MOST_FDS) abort();
  if (fd >= 0) {
    size_t length = strlen(name);
    int file = known(name);
    if (!*name) file = FOLDER;
    else if (length > 4 && !strcmp(name + length - 4, "-shm")) file = MEMORY;
    else if (!file || !was_there) {
      file = made(name);
      note(was_there ? 'B' : 'C', file, 0, name, length);
    }
    if (file > 0 && was_there && flags & O_TRUNC) note('T', file, 0, 0, 0);
    file_of[fd] = file;
  }
  int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return fd;
}

#define OPENING(name)                                       \
  int name(const char *path, int flags, ...) {              \
    va_list more;                                           \
    va_start(more, flags);                                  \
    mode_t mode = va_arg(more, mode_t);                     \
    va_end(more);                                           \
    return opening(REAL(name), path, flags, mode);          \
  }
OPENING(open)
OPENING(open64)

int close(int fd) {
  if (fd >= 0 && fd < MOST_FDS) file_of[fd] = 0;
  return REAL(close)(fd);
}

/* How much of a write the disk takes: all, a part, or none (-1 and errno). */
static ssize_t taken(int fd, int64_t offset, size_t length) {
  control->writes++;
  if (falls(control->write_every)) {
    control->bad_writes++;
    errno = EIO;
    return -1;
  }
  if (length > 1 && falls(control->short_every)) {
    control->short_writes++;
    length /= 2;
  }
  struct stat now;
  if (control->room < 0 || fstat(fd, &now)) return (ssize_t)length;
  int64_t end = offset + (int64_t)length, grows = end - now.st_size;
  if (grows <= 0) return (ssize_t)length;
  if (grows > control->room) {
    control->full++;
    int64_t fits = now.st_size + control->room - offset;
    if (fits <= 0) {
      errno = ENOSPC;
      return -1;
    }
    length = (size_t)fits;
    grows = control->room;
  }
  control->room -= grows;
  return (ssize_t)length;
}

static ssize_t writing(int fd, const void *bytes, size_t length, int64_t offset) {
  pthread_mutex_lock(&lock);
  int at_end = fcntl(fd, F_GETFL) & O_APPEND;
  int64_t place = offset >= 0 ? offset : lseek(fd, 0, at_end ? SEEK_END : SEEK_CUR);
  ssize_t done = taken(fd, place, length);
  if (done > 0) {
    done = offset >= 0 ? REAL(pwrite)(fd, bytes, (size_t)done, offset)
                       : REAL(write)(fd, bytes, (size_t)done);
    if (done > 0) note('W', file_of[fd], place, bytes, (size_t)done);
  }
  int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return done;
}

static void answering(const void *bytes, size_t length) {
  if (length < 12 || memcmp(bytes, "HTTP/1.", 7)) return;
  pthread_mutex_lock(&lock);
  note('A', 0, 0, bytes, length < HEAD ? length : HEAD);
  pthread_mutex_unlock(&lock);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  if (ours(fd)) return writing(fd, bytes, length, -1);
  answering(bytes, length);
  return REAL(write)(fd, bytes, length);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (ours(fd)) abort(); /* nobody does; if somebody begins to, the log would miss it */
  if (count) answering(parts[0].iov_base, parts[0].iov_len);
  return REAL(writev)(fd, parts, count);
}

ssize_t send(int fd, const void *bytes, size_t length, int flags) {
  answering(bytes, length);
  return REAL(send)(fd, bytes, length, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  if (message->msg_iovlen) answering(message->msg_iov[0].iov_base, message->msg_iov[0].iov_len);
  return REAL(sendmsg)(fd, message, flags);
}

#define PWRITING(name)                                                    \
  ssize_t name(int fd, const void *bytes, size_t length, off_t offset) {  \
    if (ours(fd)) return writing(fd, bytes, length, offset);              \
    return REAL(name)(fd, bytes, length, offset);                         \
  }
PWRITING(pwrite)
PWRITING(pwrite64)

#define PWRITINGV(name)                                                           \
  ssize_t name(int fd, const struct iovec *parts, int count, off_t offset) {      \
    if (ours(fd)) abort();                                                        \
    return REAL(name)(fd, parts, count, offset);                                  \
  }
PWRITINGV(pwritev)
PWRITINGV(pwritev64)

#define TRUNCATING(name)                                            \
  int name(int fd, off_t size) {                                    \
    if (!ours(fd)) return REAL(name)(fd, size);                     \
    pthread_mutex_lock(&lock);                                      \
    struct stat before;                                             \
    fstat(fd, &before);                                             \
    int failed = REAL(name)(fd, size);                              \
    if (!failed) note('T', file_of[fd], size, 0, 0);                \
    if (!failed && control->room >= 0 && before.st_size > size)     \
      control->room += before.st_size - size;                       \
    pthread_mutex_unlock(&lock);                                    \
    return failed;                                                  \
  }
TRUNCATING(ftruncate)
TRUNCATING(ftruncate64)

#define SYNCING(name)                                                     \
  int name(int fd) {                                                      \
    if (!ours(fd)) return REAL(name)(fd);                                 \
    pthread_mutex_lock(&lock);                                            \
    control->syncs++;                                                     \
    int bad = file_of[fd] != FOLDER && falls(control->sync_every);        \
    control->bad_syncs += bad; /* SQLite does not ask how a folder's went */ \
    note(bad ? 'E' : 'S', file_of[fd], 0, 0, 0);                          \
    pthread_mutex_unlock(&lock);                                          \
    if (control->sync_takes) usleep((useconds_t)control->sync_takes);     \
    if (bad) errno = EIO;                                                 \
    return bad ? -1 : 0; /* the real disk need not be bothered */         \
  }
SYNCING(fsync)
SYNCING(fdatasync)

int unlink(const char *path) {
  const char *name = inside(path);
  if (!name || !*name) return REAL(unlink)(path);
  pthread_mutex_lock(&lock);
  struct stat before;
  int was_there = !stat(path, &before), failed = REAL(unlink)(path), file = known(name);
  if (!failed && was_there && control->room >= 0) control->room += before.st_size;
  if (!failed && file) {
    note('U', file, 0, name, strlen(name));
    free(names[file]);
    names[file] = 0;
  }
  int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return failed;
}

int rename(const char *from, const char *to) {
  const char *name = inside(from), *new = inside(to);
  if (!name || !new) return REAL(rename)(from, to);
  pthread_mutex_lock(&lock);
  int failed = REAL(rename)(from, to), file = known(name), over = known(new);
  if (!failed && file) {
    note('R', file, 0, new, strlen(new));
    free(names[file]);
    names[file] = strdup(new);
    if (over) {
      free(names[over]);
      names[over] = 0;
    }
  }
  int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return failed;
}

#define ASKING(name, kind)                                          \
  int name(const char *path, struct kind *found) {                  \
    int failed = REAL(name)(path, found);                           \
    if (!failed && inside(path) && control->room >= 0) {            \
      found->f_blocks = (uint64_t)control->capacity / found->f_frsize; \
      found->f_bavail = found->f_bfree = (uint64_t)control->room / found->f_frsize; \
    }                                                               \
    return failed;                                                  \
  }
ASKING(statvfs, statvfs)
ASKING(statvfs64, statvfs64)
