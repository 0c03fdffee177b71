/* For LD_PRELOAD, not to be linked: what it does is told by environment variables, see faults.c. */
#ifndef SYSTEM_CALL_FAULTS_H
#define SYSTEM_CALL_FAULTS_H
#endif
