# Real data from installed R packages, one CSV (or LIBSVM, if sparse) file each, for --real of single.py and path.py.
#
#     Rscript benchmarks/real_data.R FOLDER [NAME ...]
#
# Nothing is downloaded: data of packages that are not installed are left out, and said so. On Debian:
#
#     apt-get install r-bioc-multtest r-bioc-all r-bioc-bladderbatch r-bioc-impute r-bioc-hsmmsinglecell \
#         r-bioc-snpstats r-bioc-qusage r-cran-pls r-cran-caret r-cran-modeldata r-cran-susier r-cran-kohonen \
#         r-cran-randomglm r-recommended
#
# The last column is the target, y; a class is 0 or 1 (or a number, where there are more). Rows without a target are
# left out, missing values of X are their column's mean, constant columns go. Nothing else is done to the data.

from <- function(package, name, file = name) {
  place <- new.env()
  suppressWarnings(suppressMessages(data(list = file, package = package, envir = place)))
  get(name, envir = place)
}
expressions <- function(set) t(Biobase::exprs(set)) # samples as rows
phenotype <- function(set) Biobase::pData(set)
snps <- function(genotypes) as(genotypes, "numeric") # 0, 1, 2 copies of an allele

sets <- list(
  # Gene expression
  golub = c("multtest", function() list(t(from("multtest", "golub")), from("multtest", "golub.cl", "golub"))),
  leukaemia_age = c("ALL", function() { ALL <- from("ALL", "ALL"); list(expressions(ALL), phenotype(ALL)$age) }),
  leukaemia_type = c("ALL", function() {
    ALL <- from("ALL", "ALL")
    list(expressions(ALL), startsWith(as.character(phenotype(ALL)$BT), "T"))
  }),
  bladder = c("bladderbatch", function() {
    set <- from("bladderbatch", "bladderEset", "bladderdata")
    list(expressions(set), phenotype(set)$cancer == "Cancer")
  }),
  khan = c("impute", function() {
    set <- from("impute", "khanmiss")
    values <- as.matrix(set[-1, -(1:2)]) # the first row is the class, the first columns name the gene
    list(t(matrix(as.numeric(values), nrow(values))), as.factor(as.matrix(set[1, -(1:2)])))
  }),
  brain = c("randomGLM", function() { set <- from("randomGLM", "mini"); list(set$x, set$yC) }),
  influenza = c("qusage", function() {
    list(t(from("qusage", "eset.full", "fluExample")), from("qusage", "flu.meta", "fluExample")$Hours.Numeric)
  }),
  myoblasts = c("HSMMSingleCell", function() { # log counts of the genes that a tenth of the cells express
    counts <- from("HSMMSingleCell", "HSMM_expr_matrix")
    cells <- from("HSMMSingleCell", "HSMM_sample_sheet")
    list(log1p(t(counts[rowMeans(counts > 0) >= 0.1, ])), cells$Pseudotime)
  }),
  # Genotypes
  snps = c("snpStats", function() {
    list(snps(from("snpStats", "Autosomes", "testdata")), from("snpStats", "subject.data", "testdata")$cc == "case")
  }),
  snps_dense = c("snpStats", function() { # the first 10000 of 28501, in linkage
    genotypes <- from("snpStats", "snps.10", "for.exercise")[, 1:10000]
    list(snps(genotypes), from("snpStats", "subject.support", "for.exercise")$cc)
  }),
  finemapping = c("susieR", function() { set <- from("susieR", "N3finemapping"); list(set$X, set$Y[, 1]) }),
  # Spectra
  gasoline = c("pls", function() { set <- from("pls", "gasoline"); list(unclass(set$NIR), set$octane) }),
  yarn = c("pls", function() { set <- from("pls", "yarn"); list(set$NIR, set$density) }),
  mayonnaise = c("pls", function() { set <- from("pls", "mayonnaise"); list(set$NIR, set$oil.type) }),
  meat = c("caret", function() list(from("caret", "absorp", "tecator"), from("caret", "endpoints", "tecator")[, 2])),
  diffraction = c("kohonen", function() {
    set <- from("kohonen", "degelder")
    list(set$patterns, log(set$properties$cell.vol))
  }),
  # Chemistry, speech, text-like
  blood_brain = c("caret", function() {
    list(from("caret", "bbbDescr", "BloodBrain"), from("caret", "logBBB", "BloodBrain"))
  }),
  multidrug = c("caret", function() {
    list(from("caret", "mdrrDescr", "mdrr"), from("caret", "mdrrClass", "mdrr") == "Active")
  }),
  cox2 = c("caret", function() list(from("caret", "cox2Descr", "cox2"), log(from("caret", "cox2IC50", "cox2")))),
  parkinson = c("modeldata", function() {
    set <- as.data.frame(from("modeldata", "pd_speech"))
    list(set[names(set) != "class"], as.numeric(set$class) - 1)
  }),
  grants = c("modeldata", function() {
    set <- as.data.frame(from("modeldata", "grants_other", "grants"))
    list(set[names(set) != "class"], set$class == "successful")
  }),
  knex = c("Matrix", function() { set <- from("Matrix", "KNex"); list(set$mm, set$y) }) # sparse
)

write_sparse <- function(X, y, path) {
  rows <- as(X, "RsparseMatrix")
  entries <- paste0(rows@j + 1, ":", signif(rows@x, 8))
  lines <- mapply(function(a, b) paste(if (b > a) entries[(a + 1):b], collapse = " "),
                  rows@p[-length(rows@p)], rows@p[-1])
  writeLines(paste(signif(y, 10), lines), path)
}

clean <- function(X) {
  X <- if (is.data.frame(X)) data.matrix(X[vapply(X, is.numeric, NA)]) else as.matrix(X)
  means <- colMeans(X, na.rm = TRUE)
  missing <- which(is.na(X), arr.ind = TRUE)
  X[missing] <- means[missing[, 2]]
  X[, apply(X, 2, function(x) all(is.finite(x)) && max(x) > min(x)), drop = FALSE]
}

export <- function(name, folder) {
  set <- sets[[name]][[2]]()
  y <- as.numeric(set[[2]])
  X <- set[[1]][!is.na(y), , drop = FALSE]
  y <- y[!is.na(y)]
  if (inherits(X, "sparseMatrix")) {
    write_sparse(X, y, file.path(folder, paste0(name, ".svm")))
  } else {
    X <- clean(X)
    colnames(X) <- paste0("x", seq_len(ncol(X)))
    path <- gzfile(file.path(folder, paste0(name, ".csv.gz")), "w", compression = 1)
    write.table(signif(cbind(X, y), 9), path, sep = ",", row.names = FALSE, quote = FALSE)
    close(path)
  }
  cat(sprintf("%-15s %5d x %5d  from %s\n", name, nrow(X), ncol(X), sets[[name]][[1]]))
}

arguments <- commandArgs(TRUE)
if (!length(arguments)) stop("usage: Rscript real_data.R FOLDER [NAME ...]")
dir.create(arguments[1], showWarnings = FALSE, recursive = TRUE)
for (name in if (length(arguments) > 1) arguments[-1] else names(sets)) {
  package <- sets[[name]][[1]]
  if (is.null(package)) {
    stop("no data set ", name, "; there are ", toString(names(sets)))
  } else if (suppressWarnings(suppressMessages(requireNamespace(package, quietly = TRUE)))) {
    tryCatch(export(name, arguments[1]), error = function(e) message(name, ": ", conditionMessage(e)))
  } else {
    message(name, " left out: package ", package, " is not installed")
  }
}
