// The commands of jitctl that talk to a running jitd (and, to stop, to jit-signer directly).
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace jitbox::apps {

int run_arm(int argc, char** argv);
int run_disarm(int argc, char** argv);
int run_estop(int argc, char** argv);
int run_reset(int argc, char** argv);
int run_status(int argc, char** argv);
int run_pools(int argc, char** argv);
int run_decisions(int argc, char** argv);
int run_bundles(int argc, char** argv);
int run_watch(int argc, char** argv);
int run_risk(int argc, char** argv);
int run_review(int argc, char** argv);

} // namespace jitbox::apps
