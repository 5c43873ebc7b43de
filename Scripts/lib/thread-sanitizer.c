// Tells the thread sanitizer of Swift's Mutex, which waits inside of the library Synchronization, where
// the sanitizer does not see it: who had to wait for a Mutex has seen all that was done before it was
// left. Linked into a program, these take the place of the library's functions and call them.
//
// The names and how they are called are those of `_MutexHandle` in Swift's library on Linux: its first
// member is the word that is waited for.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

#define SWIFT_METHOD __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

void __tsan_acquire(void *address);
void __tsan_release(void *address);

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef SWIFT_METHOD void (*Lock)(uint32_t thread, SELF);
typedef SWIFT_METHOD bool (*TryLock)(SELF);
typedef SWIFT_METHOD void (*Unlock)(SELF);

SWIFT_METHOD void mutex_lock(uint32_t thread, SELF) __asm__(LOCK);
SWIFT_METHOD void mutex_lock(uint32_t thread, SELF) {
  ((Lock)dlsym(RTLD_NEXT, LOCK))(thread, self);
  __tsan_acquire(self);
}

SWIFT_METHOD bool mutex_try_lock(SELF) __asm__(TRY_LOCK);
SWIFT_METHOD bool mutex_try_lock(SELF) {
  bool is_locked = ((TryLock)dlsym(RTLD_NEXT, TRY_LOCK))(self);
  if (is_locked) __tsan_acquire(self);
  return is_locked;
}

SWIFT_METHOD void mutex_unlock(SELF) __asm__(UNLOCK);
SWIFT_METHOD void mutex_unlock(SELF) {
  __tsan_release(self);
  ((Unlock)dlsym(RTLD_NEXT, UNLOCK))(self);
}
