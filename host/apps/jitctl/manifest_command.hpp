// jitctl manifest: makes and signs a release's manifest, and verifies one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace jitbox::apps {

int run_manifest(int argc, char** argv);

} // namespace jitbox::apps
