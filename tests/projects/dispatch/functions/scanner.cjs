exports.scan = async () => "scanned";
