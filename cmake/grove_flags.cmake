# Flags for grove's own targets; nothing here reaches a consumer.
function(grove_flags target)
  # No contraction into fused multiply-adds: the same bits on every instruction set.
  target_compile_options(${target} PRIVATE -ffp-contract=off)
  # Threads come from core/parallel alone: Eigen must not start its own under OpenMP's flag.
  target_compile_definitions(${target} PRIVATE EIGEN_DONT_PARALLELIZE)
  if(GROVE_WERROR)
    # GCC 12 misreads the vector loads of Eigen as reading too far (GCC bug 105523 and its kin), its copies
    # of small vectors as uninitialised, and added strings as overlapping (105651).
    target_compile_options(
      ${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
                        $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overread -Wno-restrict
                        -Wno-error=maybe-uninitialized>)
  endif()
  if(GROVE_SANITIZE)
    # Instrumented code hides from GCC what is initialised, in the standard library too.
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
    target_compile_options(${target} PRIVATE -fsanitize=${GROVE_SANITIZE} -fno-omit-frame-pointer
                                             -fno-sanitize-recover=all)
    target_link_options(${target} PRIVATE -fsanitize=${GROVE_SANITIZE})
  endif()
  if(GROVE_COVERAGE)
    target_compile_options(${target} PRIVATE --coverage)
    target_link_options(${target} PRIVATE --coverage)
  endif()
endfunction()
