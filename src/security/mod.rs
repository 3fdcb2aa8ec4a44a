//! Plans security controls over running containers and their answers.
