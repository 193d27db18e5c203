//! The ids of this crate's findings.

hemma_core::finding_ids! {
    /// A research service could not be asked.
    RESEARCH_UNSEEN = "research.unseen", Unknown;
    /// No connection to a research service came about.
    RESEARCH_NO_CONNECTION = "research.no-connection", Unknown;
    /// The connection to a research service was cut.
    RESEARCH_CONNECTION_CUT = "research.connection-cut", Unknown;
    /// A research service gave no answer in time.
    RESEARCH_NO_ANSWER = "research.no-answer", Unknown;
    /// A research service answers with an error, or something else answers.
    RESEARCH_WRONG_ANSWER = "research.wrong-answer", Fail;
    /// The grammar service finds no mistake in a wrong sentence.
    GRAMMAR_FINDS_NOTHING = "grammar.finds-nothing", Fail;
    /// The grammar service finds mistakes in a wrong sentence.
    GRAMMAR_FINDS_MISTAKES = "grammar.finds-mistakes", Pass;
    /// The text has a length that the grammar service does not take.
    GRAMMAR_NOT_ASKED = "grammar.not-asked", Unknown;
    /// Something else answers where the grammar service should.
    GRAMMAR_ANOTHER_PROGRAM = "grammar.another-program", Fail;
    /// The Java process of the grammar service is not running.
    GRAMMAR_JAVA_DOWN = "grammar.java-down", Fail;
    /// The grammar service calls itself unhealthy.
    GRAMMAR_UNHEALTHY = "grammar.unhealthy", Fail;
    /// The grammar service is healthy, with the real checker.
    GRAMMAR_HEALTHY = "grammar.healthy", Pass;
    /// The checker of the grammar service is a stub.
    GRAMMAR_STUB = "grammar.stub", Fail;
    /// The checker of the grammar service is none that is known.
    GRAMMAR_CHECKER_UNKNOWN = "grammar.checker-unknown", Fail;
    /// Something else answers where the offload server should.
    OFFLOAD_ANOTHER_PROGRAM = "offload.another-program", Fail;
    /// The offload server is healthy.
    OFFLOAD_HEALTHY = "offload.healthy", Pass;
    /// The offload server names faults of its own.
    OFFLOAD_UNHEALTHY = "offload.unhealthy", Fail;
    /// The offload server has its graphics processor.
    OFFLOAD_GPU_PRESENT = "offload.gpu-present", Pass;
    /// The offload server has no graphics processor.
    OFFLOAD_GPU_MISSING = "offload.gpu-missing", Fail;
    /// The offload server gives the features of an essay.
    OFFLOAD_EXTRACTS = "offload.extracts", Pass;
}
