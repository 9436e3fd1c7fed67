// A PKCS#11 module for tests: hands every call to the real module (SoftHSM2), and on command fails, hangs or corrupts one of them.
// JITBOX_FAULT_REAL names the real module, JITBOX_FAULT_FILE a file with one command a line, read again at every call:
//   <function> hang | <function> corrupt | <function> error <CKR in hex> | <function> attack
//   <function> second <CKR in hex>: all calls of a process but the first | <function> lie: nothing is done and CKR_OK said
//   C_GenerateKeyPair private | public: that half alone is made, and DEVICE_ERROR said
// Beside that file: <file>.trace has the functions that were called, <file>.hit those that a command was carried out for,
// <file>.attack what an "attack" got: a module that is hostile tries what the worker's sandbox forbids.
// SPDX-License-Identifier: Apache-2.0
#include <p11-kit/pkcs11.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fstream>
#include <set>
#include <span>
#include <string>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

CK_FUNCTION_LIST* real = nullptr;
CK_FUNCTION_LIST ours;

template <std::size_t N>
struct Name {
    char text[N]{};
    consteval Name(const char (&name)[N]) {
        std::copy_n(name, N, text);
    } // NOLINT(google-explicit-constructor): a template argument
};

/// The command for a function, "" when there is none.
std::string command_for(const std::string& function) {
    const char* path = std::getenv("JITBOX_FAULT_FILE");
    std::ifstream in(path == nullptr ? "" : path);
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(function + " ")) return line.substr(function.size() + 1);
    return {};
}

void note(const char* suffix, const std::string& function) {
    const char* path = std::getenv("JITBOX_FAULT_FILE");
    if (path != nullptr) std::ofstream(std::string(path) + suffix, std::ios::app) << (function + "\n");
}

void attack() {
    const auto result = [](const char* what, long value) {
        note(".attack", std::string(what) + (value < 0 ? std::string(" refused: ") + std::strerror(errno) : " SUCCEEDED"));
    };
    result("IPv4 socket", ::socket(AF_INET, SOCK_STREAM, 0));
    result("IPv6 socket", ::socket(AF_INET6, SOCK_DGRAM, 0));
    result("netlink socket", ::socket(AF_NETLINK, SOCK_RAW, 0));
    result("packet socket", ::socket(AF_PACKET, SOCK_RAW, 0));
    result("new process", ::syscall(SYS_fork));
    const std::array<char*, 1> none = {nullptr};
    result("exec", ::execve("/bin/true", none.data(), none.data()));
    result("ptrace of the signer", ::ptrace(PTRACE_ATTACH, ::getppid(), nullptr, nullptr));
    char byte = 0;
    const iovec here{.iov_base = &byte, .iov_len = 1};
    result("the signer's memory", ::process_vm_readv(::getppid(), &here, 1, &here, 1, 0));
    void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    result("writable code", page == MAP_FAILED ? -1 : 0);
    result("io_uring", ::syscall(SYS_io_uring_setup, 1, nullptr));
    result("bpf", ::syscall(SYS_bpf, 0, nullptr, 0));
    result("core files again", [] {
        const rlimit some{.rlim_cur = 1 << 20, .rlim_max = 1 << 20};
        return ::setrlimit(RLIMIT_CORE, &some);
    }());
}

CK_RV fault(const std::string& function) {
    static std::set<std::string> traced; // the worker is one thread
    if (traced.insert(function).second) note(".trace", function);
    const std::string command = command_for(function);
    if (!command.empty()) note(".hit", function);
    if (command == "hang") ::sleep(60);
    if (command == "attack") attack();
    static std::set<std::string> met;
    if (command.starts_with("second ") && !met.insert(function).second) return std::strtoul(command.c_str() + 7, nullptr, 16);
    if (command.starts_with("error ")) return std::strtoul(command.c_str() + 6, nullptr, 16);
    return CKR_OK;
}

template <auto Member, Name name>
struct Wrapped;

template <typename... Args, CK_RV (*CK_FUNCTION_LIST::*Member)(Args...), Name name>
struct Wrapped<Member, name> {
    static CK_RV call(Args... args) {
        if (const CK_RV code = fault(name.text); code != CKR_OK) return code;
        return (real->*Member)(args...);
    }
};

CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE* data, CK_ULONG size, CK_BYTE* signature, CK_ULONG* signature_size) {
    if (const CK_RV code = fault("C_Sign"); code != CKR_OK) return code;
    const CK_RV code = real->C_Sign(session, data, size, signature, signature_size);
    if (code == CKR_OK && signature != nullptr && command_for("C_Sign") == "corrupt") signature[*signature_size / 3] ^= 0x10;
    return code;
}

/// A bit of every value is flipped: other labels, other public keys.
CK_RV get_attribute_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE* attributes, CK_ULONG count) {
    if (const CK_RV code = fault("C_GetAttributeValue"); code != CKR_OK) return code;
    const CK_RV code = real->C_GetAttributeValue(session, object, attributes, count);
    if (command_for("C_GetAttributeValue") != "corrupt") return code;
    for (CK_ATTRIBUTE& attribute : std::span(attributes, count))
        if (attribute.type == CKA_EC_POINT && attribute.pValue != nullptr && attribute.ulValueLen >= 8)
            static_cast<CK_BYTE*>(attribute.pValue)[7] ^= 0x10;
    return code;
}

CK_RV generate_key_pair(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_ATTRIBUTE* public_part, CK_ULONG public_size,
                        CK_ATTRIBUTE* private_part, CK_ULONG private_size, CK_OBJECT_HANDLE* public_key,
                        CK_OBJECT_HANDLE* private_key) {
    if (const CK_RV code = fault("C_GenerateKeyPair"); code != CKR_OK) return code;
    const std::string command = command_for("C_GenerateKeyPair");
    if (command == "lie") return CKR_OK;
    const CK_RV code =
        real->C_GenerateKeyPair(session, mechanism, public_part, public_size, private_part, private_size, public_key, private_key);
    if (code != CKR_OK || (command != "private" && command != "public")) return code;
    real->C_DestroyObject(session, command == "private" ? *public_key : *private_key);
    return CKR_DEVICE_ERROR;
}

CK_RV destroy_object(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) {
    if (const CK_RV code = fault("C_DestroyObject"); code != CKR_OK) return code;
    return command_for("C_DestroyObject") == "lie" ? CKR_OK : real->C_DestroyObject(session, object);
}

template <auto Member, Name name>
void wrap() {
    ours.*Member = &Wrapped<Member, name>::call;
}

void wrap_all() {
    wrap<&CK_FUNCTION_LIST::C_Initialize, "C_Initialize">();
    wrap<&CK_FUNCTION_LIST::C_GetSlotList, "C_GetSlotList">();
    wrap<&CK_FUNCTION_LIST::C_GetSlotInfo, "C_GetSlotInfo">();
    wrap<&CK_FUNCTION_LIST::C_GetTokenInfo, "C_GetTokenInfo">();
    wrap<&CK_FUNCTION_LIST::C_OpenSession, "C_OpenSession">();
    wrap<&CK_FUNCTION_LIST::C_Login, "C_Login">();
    wrap<&CK_FUNCTION_LIST::C_FindObjectsInit, "C_FindObjectsInit">();
    wrap<&CK_FUNCTION_LIST::C_FindObjects, "C_FindObjects">();
    wrap<&CK_FUNCTION_LIST::C_FindObjectsFinal, "C_FindObjectsFinal">();
    wrap<&CK_FUNCTION_LIST::C_SignInit, "C_SignInit">();
    wrap<&CK_FUNCTION_LIST::C_Finalize, "C_Finalize">();
    wrap<&CK_FUNCTION_LIST::C_GetInfo, "C_GetInfo">();
    wrap<&CK_FUNCTION_LIST::C_GetMechanismList, "C_GetMechanismList">();
    wrap<&CK_FUNCTION_LIST::C_GetMechanismInfo, "C_GetMechanismInfo">();
    wrap<&CK_FUNCTION_LIST::C_GetSessionInfo, "C_GetSessionInfo">();
    wrap<&CK_FUNCTION_LIST::C_CloseSession, "C_CloseSession">();
    wrap<&CK_FUNCTION_LIST::C_CloseAllSessions, "C_CloseAllSessions">();
    wrap<&CK_FUNCTION_LIST::C_Logout, "C_Logout">();
    ours.C_GetAttributeValue = &get_attribute_value;
    ours.C_Sign = &sign;
    ours.C_GenerateKeyPair = &generate_key_pair;
    ours.C_DestroyObject = &destroy_object;
}

} // namespace

extern "C" __attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST** list) {
    const char* path = std::getenv("JITBOX_FAULT_REAL");
    void* library = path == nullptr ? nullptr : dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return CKR_GENERAL_ERROR;
    const auto get = reinterpret_cast<CK_C_GetFunctionList>(dlsym(library, "C_GetFunctionList"));
    if (get == nullptr || get(&real) != CKR_OK) return CKR_GENERAL_ERROR;
    ours = *real;
    wrap_all();
    *list = &ours;
    return CKR_OK;
}
