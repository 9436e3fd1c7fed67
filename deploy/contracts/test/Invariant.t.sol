// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { Fork } from "../src/Words.sol";
import { Forks } from "./support/Forks.sol";
import { Thief } from "./support/Thief.sol";
import { FeeOnTransferToken, HookToken, Token } from "./support/Tokens.sol";

/// @notice Whatever the thief does, in a pool of each fork: tokens go to listed pools or stay, a block costs at most its cap, and a pause is a pause.
contract InvariantTest is Forks {
    uint56 internal constant TRANSACTION_CAP_GWEI = 4e9;
    uint56 internal constant BLOCK_CAP_GWEI = 7e9;
    uint40 internal constant THIEF_TIP_CAP_GWEI = 1e9;
    uint256 internal constant ETHER = 1000 ether;

    Thief internal thief;
    address[] internal pools;

    function setUp() public override {
        super.setUp();
        pools.push(pool);
        FeeOnTransferToken feeToken = new FeeOnTransferToken();
        _tokens(address(feeToken), address(new Token()));
        _pancakePool();
        pools.push(pool);
        HookToken hookToken = new HookToken();
        _tokens(address(hookToken), address(new Token()));
        _listSushi(_sushiPool());
        pools.push(pool);
        thief = new Thief(executor, GUARDIAN, trader, feeToken, hookToken);
        executor.setOperator(OPERATOR, false);
        executor.setOperator(address(thief), true);
        executor.setCaps(TRANSACTION_CAP_GWEI, BLOCK_CAP_GWEI, THIEF_TIP_CAP_GWEI);
        vm.deal(address(executor), ETHER);
        vm.coinbase(address(thief));
        thief.begin(pools);
    }

    /// Nobody else: forge would also send from the contracts under test, and takes their ether when it does.
    function targetSenders() public pure returns (address[] memory senders) {
        senders = new address[](1);
        senders[0] = STRANGER;
    }

    /// forge calls this to learn what it may call.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(thief);
    }

    function invariant_a_thief_with_the_key_gets_a_capped_loss_and_nothing_else() public view {
        assertTrue(bytes(thief.violation()).length == 0, thief.violation());
        _onlyToListedPools();
        _capped();
        _rightsAsTheyWere();
    }

    /// What left the vault went to the pool of the token.
    function _onlyToListedPools() internal view {
        for (uint256 i = 0; i < 6; ++i) {
            Token token = thief.tokens(i);
            uint256 toPool = token.moved(address(executor), pools[i / 2]);
            assertEq(token.sentBy(address(executor)), toPool, "tokens sent elsewhere");
            assertEq(token.balanceOf(address(thief)) + token.balanceOf(address(thief.fake())), 0, "the thief's tokens");
        }
        assertEq(address(executor).balance + address(thief).balance, ETHER, "ether");
    }

    /// A position that is still open counts for nothing here.
    function _capped() internal view {
        uint256 value = thief.value();
        assertTrue(value + uint256(BLOCK_CAP_GWEI) * 1 gwei >= thief.valueAtStart(), "loss above the cap of the block");
        assertTrue(executor.spentInBlock() <= BLOCK_CAP_GWEI, "spent above the cap of the block");
        if (executor.paused()) assertTrue(value >= thief.valueAtPause(), "lost while paused");
    }

    function _rightsAsTheyWere() internal view {
        assertEq(executor.guardian(), GUARDIAN, "guardian");
        assertTrue(executor.isOperator(address(thief)) && !executor.isOperator(OPERATOR), "operators");
        assertEq(executor.poolCount(), 3, "pools");
        (uint256 transactionCap, uint256 blockCap, uint256 tipCap) = executor.caps();
        assertEq(transactionCap, TRANSACTION_CAP_GWEI, "cap of a transaction");
        assertEq(blockCap, BLOCK_CAP_GWEI, "cap of a block");
        assertEq(tipCap, THIEF_TIP_CAP_GWEI, "cap of a tip");
        for (uint16 i = 0; i < 3; ++i) {
            (address listed, bool still, Fork fork,,) = executor.pools(i);
            assertTrue(listed == pools[i] && still && fork == Fork(i), "list");
        }
    }

    /// A campaign in which nothing went through would show nothing.
    function afterInvariant() public view {
        assertTrue(thief.minted() > 0 && thief.burned() > 0 && thief.unwound() > 0, "nothing happened");
    }
}
