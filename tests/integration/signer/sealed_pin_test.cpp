// KEY-2: the PIN sealed by a TPM (in software), by `jitctl key seal` and by systemd-creds; a real signer starts with it. Another
// TPM, another boot chain, a changed file, a TPM that is gone or hangs: refused, each with its own text, and never with the PIN.
// SPDX-License-Identifier: Apache-2.0
#include "signer_rig.hpp"

#include "signer/config.hpp"
#include "support/software_tpm.hpp"
#include "tpm/connection.hpp"
#include "tpm/sealed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace jitbox::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

std::string read(const std::string& path) {
    std::ostringstream out;
    out << std::ifstream(path, std::ios::binary).rdbuf();
    return out.str();
}

class SealedPin : public ::testing::Test {
protected:
    void SetUp() override { Token::instance(); }
    /// Runs a shell command; what it printed is in `printed`.
    int run(const std::string& command) {
        const int status = std::system((command + " > " + files.file("printed") + " 2>&1").c_str());
        printed = read(files.file("printed"));
        return status;
    }
    int seal(const std::string& options, const std::string& pin_file = Token::instance().file("pin")) {
        fs::remove(sealed);
        return run(JITBOX_BINARY_DIR "/bin/jitctl key seal --out " + sealed + " --tpm " + tpm.tcti() + " " + options + " < " +
                   pin_file);
    }
    [[nodiscard]] std::string refusal(const std::string& tcti) const {
        const auto pin = signer::unseal_pin_file(sealed, tcti);
        return pin ? "" : pin.error().text();
    }
    void extend_pcr(unsigned pcr) const {
        tpm::Connection connection("test");
        ASSERT_TRUE(connection.open(tpm.tcti()));
        TPML_DIGEST_VALUES digests{};
        digests.count = 1;
        digests.digests[0].hashAlg = TPM2_ALG_SHA256;
        digests.digests[0].digest.sha256[0] = 1;
        ASSERT_EQ(Esys_PCR_Extend(connection.get(), pcr, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &digests), TSS2_RC_SUCCESS);
    }

    TempDir chip;
    TempDir files;
    SoftwareTpm tpm{chip.path().string()};
    SignerRig rig;
    std::string sealed = files.file("pin.sealed");
    std::string printed;
};

TEST_F(SealedPin, ASignerStartsWithItAndTheFileHoldsNoPin) {
    ASSERT_EQ(seal("--pcrs 0,7"), 0) << printed;
    EXPECT_THAT(printed, HasSubstr("hsm.pin_sealed_file"));
    EXPECT_EQ(fs::status(sealed).permissions(), fs::perms(0600));
    std::string pin;
    std::getline(std::ifstream(Token::instance().file("pin")), pin);
    EXPECT_THAT(read(sealed), Not(HasSubstr(pin)));
    rig.use_own_pin_source();
    rig.set("hsm.pin_sealed_file", "\"" + sealed + "\"");
    rig.set("hsm.tpm", "\"" + tpm.tcti() + "\"");
    ASSERT_TRUE(rig.start()) << rig.output();
    rig.arm();
    EXPECT_TRUE(SyncSigner(rig.socket("signing")).sign(Bundle(0).request()));
    tpm.stop(); // it is asked at the start only
    for (const int worker : rig.worker_pids()) ::kill(worker, SIGKILL);
    ASSERT_TRUE(rig.wait_ready()) << "workers come back without the TPM";
}

TEST_F(SealedPin, APinThatComesInPiecesIsSealedWhole) {
    ASSERT_EQ(run("(printf 12; sleep 0.3; printf '34\\n') | " JITBOX_BINARY_DIR "/bin/jitctl key seal --out " + sealed + " --tpm " +
                  tpm.tcti()),
              0)
        << printed;
    const auto pin = signer::unseal_pin_file(sealed, tpm.tcti());
    ASSERT_TRUE(pin) << pin.error().text();
    EXPECT_EQ(pin->reveal(), "1234");
}

TEST_F(SealedPin, AnotherBootChainGetsNothing) {
    ASSERT_EQ(seal("--pcrs 7"), 0) << printed;
    EXPECT_EQ(refusal(tpm.tcti()), "");
    extend_pcr(7);
    EXPECT_THAT(refusal(tpm.tcti()), HasSubstr("PCR 7 differ from when it was sealed"));
    EXPECT_THAT(refusal(tpm.tcti()), HasSubstr("`jitctl key seal` again"));
    ASSERT_EQ(seal(""), 0) << printed;
    extend_pcr(7);
    EXPECT_EQ(refusal(tpm.tcti()), "") << "without PCRs the TPM alone is the condition";
}

TEST_F(SealedPin, SurvivesAPowerCycleOfTheTpm) {
    ASSERT_EQ(seal("--pcrs 7"), 0) << printed;
    tpm.stop();
    tpm.start();
    EXPECT_EQ(refusal(tpm.tcti()), "");
}

TEST_F(SealedPin, AnotherTpmAChangedFileAndAnOpenFileAreRefused) {
    ASSERT_EQ(seal(""), 0) << printed;
    const TempDir other_chip;
    const SoftwareTpm other(other_chip.path().string());
    EXPECT_THAT(refusal(other.tcti()), HasSubstr("was not sealed by this TPM, or the file was changed"));
    const std::string good = read(sealed);
    const auto change = [&](const std::string& text) {
        std::ofstream(sealed, std::ios::trunc) << text;
        return refusal(tpm.tcti());
    };
    std::string flipped = good;
    const std::size_t at = good.find("\"private\":\"") + 30; // within the private part
    flipped[at] = flipped[at] == '0' ? '1' : '0';
    EXPECT_THAT(change(flipped), HasSubstr("was not sealed by this TPM, or the file was changed"));
    for (const std::string& broken : {std::string("{}"), std::string(), good.substr(0, good.size() / 2)})
        EXPECT_THAT(change(broken), HasSubstr("is not what `jitctl key seal` writes"));
    EXPECT_EQ(change(good), "");
    fs::permissions(sealed, fs::perms::group_read, fs::perm_options::add);
    EXPECT_THAT(refusal(tpm.tcti()), HasSubstr("chmod 600"));
}

TEST_F(SealedPin, ATpmThatIsGoneOrHangsIsSaidInItsTime) {
    ASSERT_EQ(seal(""), 0) << printed;
    tpm.stop();
    EXPECT_THAT(refusal(tpm.tcti()), HasSubstr("the TPM cannot be reached"));
    EXPECT_THAT(refusal(tpm.tcti()), HasSubstr("check that the TPM is there"));
    tpm.start();
    tpm.freeze();
    const auto hung = tpm::unseal(tpm.tcti(), read(sealed), std::chrono::milliseconds(300), [](std::string_view) {});
    ASSERT_FALSE(hung);
    EXPECT_THAT(hung.error().text(), HasSubstr("no answer within 300 ms"));
    tpm.thaw();
}

TEST_F(SealedPin, NothingIsSealedThatIsNoPin) {
    for (const auto& [content, text] : {std::pair<std::string, std::string>{"", "must hold one line"},
                                        {"12\n34\n", "must hold one line"},
                                        {std::string(129, '7'), "1 to 128 bytes is sealed"}}) {
        std::ofstream(files.file("in"), std::ios::trunc) << content;
        EXPECT_NE(seal("", files.file("in")), 0);
        EXPECT_THAT(printed, HasSubstr(text));
        EXPECT_FALSE(fs::exists(sealed));
    }
    EXPECT_NE(seal("--pcrs 24"), 0);
    EXPECT_THAT(printed, HasSubstr("PCRs are 0 to 23"));
}

/// What LoadCredentialEncrypted= does before it starts the signer.
TEST_F(SealedPin, ASystemdCredentialSealedByTheTpmIsAPinToo) {
    const std::string device = " --tpm2-device=" + tpm.tcti() + " --name=pin ";
    ASSERT_EQ(run("systemd-creds encrypt --with-key=tpm2" + device + Token::instance().file("pin") + " " + files.file("pin.cred")),
              0)
        << printed;
    ASSERT_EQ(run("umask 077; systemd-creds decrypt" + device + files.file("pin.cred") + " " + files.file("pin")), 0) << printed;
    rig.set_environment({"CREDENTIALS_DIRECTORY=" + files.path().string()});
    rig.set("hsm.pin_credential", "\"pin\"");
    EXPECT_FALSE(rig.start()) << "two sources";
    EXPECT_THAT(rig.output(), HasSubstr("exactly one of pin_file, pin_credential and pin_sealed_file is needed"));
    rig.use_own_pin_source();
    EXPECT_TRUE(rig.start()) << rig.output();
    const TempDir other_chip;
    const SoftwareTpm other(other_chip.path().string());
    EXPECT_NE(run("systemd-creds decrypt --tpm2-device=" + other.tcti() + " --name=pin " + files.file("pin.cred") + " -"), 0);
}

} // namespace
} // namespace jitbox::test
